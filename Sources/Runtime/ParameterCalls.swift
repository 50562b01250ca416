import ModelABI

/// The calls of one kernel on each of several parameters, with all pointers resolved.
final class ParameterCalls {
    /// What one call works on.
    struct Operands {
        var pointers: [UnsafeMutablePointer<Float>?]
        /// Elements.
        var count: Int
        var tasks: Int
        /// What the kernel reads; nil for the numbers that all share.
        var scalars: UnsafeMutablePointer<unetc_scalars>?
    }

    private let kernel: unetc_kernel
    private let threads: Int
    private let tasks: [Int]
    /// All calls' operands, and for each thread its call, one after the other.
    private let pointers: UnsafeMutableBufferPointer<UnsafeMutableRawPointer?>
    private let calls: UnsafeMutableBufferPointer<unetc_call>

    init(_ kernel: @escaping unetc_kernel, _ parameters: [Operands], context: CallContext) {
        self.kernel = kernel
        threads = context.threads
        tasks = parameters.map(\.tasks)
        pointers = .allocate(capacity: max(1, parameters.reduce(0) { $0 + $1.pointers.count }))
        pointers.initialize(repeating: nil)
        calls = .allocate(capacity: max(1, parameters.count * threads))
        calls.initialize(repeating: unetc_call())
        var next = 0
        for (place, parameter) in parameters.enumerated() {
            let first = pointers.baseAddress.map { $0 + next }
            for pointer in parameter.pointers {
                pointers[next] = pointer.map { UnsafeMutableRawPointer($0) }
                next += 1
            }
            for thread in 0..<threads {
                calls[place * threads + thread] = unetc_call(
                    operands: first, scalars: parameter.scalars ?? context.plainScalars,
                    workspace: context.workspace(thread: thread),
                    count: Int64(parameter.count))
            }
        }
    }

    deinit {
        pointers.deallocate()
        calls.deallocate()
    }

    /// Runs all calls, one parameter after the other.
    func run(on pool: WorkerPool) {
        guard let base = calls.baseAddress else { return }
        for (place, count) in tasks.enumerated() { pool.run(kernel, base + place * threads, count: count) }
    }
}

extension ParameterCalls {
    /// Moves the average of the parameters, which has to be allocated.
    /// - Throws: `RuntimeError` for a model without a kernel for that.
    convenience init(averaging parameters: ParameterStore, context: CallContext) throws {
        let model = parameters.model
        let table = model.tables.pointer.pointee
        guard let kernel = table.average, let average = parameters.average else {
            throw RuntimeError.noKernel("moving averages")
        }
        self.init(
            kernel,
            model.parameters.map { parameter in
                Operands(
                    pointers: [
                        average.floats(at: parameter.offset), parameters.parameters.address(at: parameter.offset),
                    ], count: parameter.elementCount, tasks: model.updateTasks(parameter))
            }, context: context)
    }
}

extension Model {
    /// Tasks of an optimiser on that parameter.
    func updateTasks(_ parameter: ParameterInfo) -> Int {
        let chunk = max(1, Int(tables.pointer.pointee.update_chunk))
        return (parameter.elementCount + chunk - 1) / chunk
    }
}

extension RuntimeError {
    static func noKernel(_ purpose: String) -> RuntimeError {
        RuntimeError("the model has no kernel for \(purpose); compile the graph again with this version of unetc")
    }
}
