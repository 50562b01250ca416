import GraphIR
import Programs

extension LoweredStep {
    /// What its kernels ask of cores.
    /// - Parameter milliseconds: what is known of all of them together, on one core; nil where nothing is.
    func loads(batch: Int, milliseconds: Double?, _ target: Target) -> [KernelLoad] {
        let times = stages.map { $0.milliseconds(batch: batch, target) }
        let largest = times.indices.max { times[$0] < times[$1] } ?? 0
        let others = times.reduce(0, +) - (times.isEmpty ? 0 : times[largest])
        return zip(stages.indices, times).map { index, time in
            // What is known is known of the products, which an algorithm may have fewer of than the mathematics.
            let known = index == largest ? milliseconds.map { max($0 - others, $0 / 2) } : nil
            let kernel = stages[index].kernel
            return KernelLoad(
                tasks: kernel.tasksFixed + batch * kernel.tasksPerSample, milliseconds: known ?? time)
        }
    }
}

/// How many cores keep the way from and to memory busy: as company for products, what moves memory alone counts that much less.
let sharersOfMemory = 4.0

extension LoweredStage {
    /// What one core takes for its operations, or for the way from and to memory.
    fileprivate func milliseconds(batch: Int, _ target: Target) -> Double {
        let own = zip(kernel.buffers, operands).reduce(0) { sum, entry in
            entry.1 == .scratch || entry.1 == .prepared ? sum + entry.0.element.bytes * entry.0.extent : sum
        }
        let bytes = work.bytesFixed + work.bytesPerSample * Double(batch) + Double(own)
        let operations = work.flopsFixed + work.flopsPerSample * Double(batch)
        let moving = target.milliseconds(moving: bytes) / sharersOfMemory
        return max(operations / (target.throughput.gigaflops * 1e6), moving)
    }
}
