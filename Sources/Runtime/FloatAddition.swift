import ModelABI
import ThreadPool

/// Adds floats to others that lie elsewhere, on all threads.
final class FloatAddition {
    private let operands: UnsafeMutableBufferPointer<UnsafeMutableRawPointer?>
    private let calls: UnsafeMutableBufferPointer<unetc_call>

    init(context: CallContext) {
        operands = .allocate(capacity: 2)
        operands.initialize(repeating: nil)
        calls = .allocate(capacity: context.threads)
        for thread in 0..<context.threads {
            calls.initializeElement(
                at: thread,
                to: unetc_call(
                    operands: operands.baseAddress, scalars: context.plainScalars,
                    workspace: context.workspace(thread: thread), count: 0))
        }
    }

    deinit {
        operands.deallocate()
        calls.deallocate()
    }

    func run(
        _ from: UnsafeMutablePointer<Float>, to into: UnsafeMutablePointer<Float>, count: Int, on pool: WorkerPool
    ) {
        guard count > 0, let base = calls.baseAddress else { return }
        operands[0] = UnsafeMutableRawPointer(into)
        operands[1] = UnsafeMutableRawPointer(from)
        for thread in calls.indices { calls[thread].count = Int64(count) }
        pool.run(addFloats, base, count: (count + additionChunk - 1) / additionChunk)
    }
}

/// Elements that one task adds to others.
private let additionChunk = 1 << 14

/// Task t adds chunk t of the second operand to the first.
private let addFloats: unetc_kernel = { call, task in
    guard let call = call?.pointee, let operands = call.operands,
        let into = operands[0]?.assumingMemoryBound(to: Float.self),
        let from = operands[1]?.assumingMemoryBound(to: Float.self)
    else { return }
    let start = Int(task) * additionChunk
    unetc_add_floats(into + start, from + start, Int64(min(additionChunk, Int(call.count) - start)))
}
