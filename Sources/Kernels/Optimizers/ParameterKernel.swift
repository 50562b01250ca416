import Base
import KernelIR

extension Buffer.Handle {
    static let parameter = Buffer.Handle("parameter")
    static let gradient = Buffer.Handle("gradient")
    static let moment1 = Buffer.Handle("moment1")
    static let moment2 = Buffer.Handle("moment2")
    static let sum = Buffer.Handle("sum")
    static let average = Buffer.Handle("average")
}

/// Elements of a parameter that one task updates.
public let updateChunk = 16_384

/// Tasks of an update of so many elements.
public func updateTasks(_ elements: Int) -> Int { max(1, ceilingDivide(elements, updateChunk)) }

/// Bytes that Adam's update of so many elements moves: four numbers of each parameter are read, three of them written.
public func bytesOfUpdate(_ elements: Int) -> Double { 7 * Double(ElementType.float32.bytes * elements) }

/// Buffers of parameters, gradients and moments are padded to whole cache lines, so that whole vectors may be used up to
/// the end.
private let paddedTo = 16

/// A number that changes from step to step, as a vector of `width`.
func scalar(_ name: RuntimeScalar, _ width: Int) -> Expression { splat(.scalar(name), width) }

/// A gradient, as optimisers see it: with the weight decay that is part of it, and scaled, which costs no bits at scale 1.
func scaledGradient(_ i: Index, _ width: Int) -> Expression {
    .load(.gradient, i, width: width) * scalar(.gradientScale, width)
}

/// A kernel over the `count` elements of one parameter and of what belongs to it, a chunk a task; the first buffer and
/// those of `state` are changed.
func parameterKernel(
    _ name: String, _ title: String, changes changed: Buffer.Handle, reads read: Buffer.Handle,
    state: [Buffer.Handle] = [],
    target: Target, largest: Int, element: (Index, Int) -> [Statement]
) -> Kernel {
    let padded = ceilingDivide(largest, paddedTo) * paddedTo
    let buffer = { (handle: Buffer.Handle, access: Buffer.Access) in Buffer(handle, access: access, extent: padded) }
    let end = Index.minimum((.task + 1) * Index(updateChunk), .count)
    let i = Index.variable("i")
    return Kernel(
        name: name, documentation: [title + " of `count` elements, whole vectors into the padding"],
        buffers: [buffer(changed, .readWrite), buffer(read, .read)] + state.map { buffer($0, .readWrite) },
        tasksFixed: max(1, ceilingDivide(largest, updateChunk)),
        body: [
            .loop(
                "i", from: .task * Index(updateChunk), to: end, step: target.vectorWidth, element(i, target.vectorWidth)
            )
        ])
}
