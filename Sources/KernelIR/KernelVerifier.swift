/// A mistake in a kernel.
public struct KernelViolation: Hashable, Sendable, CustomStringConvertible {
    /// Names the kernel, the statement and, for an access, the range that it touches.
    public var description: String

    /// - Parameter kernel: its name.
    public init(kernel: String, _ message: String) { description = "kernel \"\(kernel)\": \(message)" }
}

/// Checks a kernel before it is printed or executed; an empty list means that nothing wrong was found.
///
/// Checked are: declarations before use, and once; widths; loops that end; buffers that exist and may be read or
/// written as they are; every access within its buffer's extent; no place of an operand written by two tasks. Bounds
/// are proved by formulas where that succeeds. The rest is settled by running the kernel's indices, for the largest
/// and the smallest call, with all tasks; where those are too many steps, with the first and last tasks.
///
/// - Parameters:
///   - batchCapacity: the largest batch; calls have 1 up to this many samples.
///   - count: the values that the step's `count` may have.
public func verify(_ kernel: Kernel, batchCapacity: Int, count: ClosedRange<Int>) -> [KernelViolation] {
    var checker = KernelChecker(kernel, batchCapacity: batchCapacity, count: count)
    let unproved = checker.check()
    var messages = checker.messages
    // Indices can only be run in a kernel that is otherwise in order.
    if messages.isEmpty {
        for (batch, count) in [(batchCapacity, count.upperBound), (1, count.lowerBound)] where messages.isEmpty {
            var enumerator = KernelEnumerator(kernel, unproved: unproved, batch: batch, count: count)
            messages = enumerator.run()
        }
    }
    var seen: Set<String> = []
    return messages.filter { seen.insert($0).inserted }.map {
        KernelViolation(kernel: kernel.name, $0)
    }
}
