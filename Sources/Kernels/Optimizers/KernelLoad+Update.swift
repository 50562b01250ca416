import Programs

extension KernelLoad {
    /// Of an update of so many elements.
    init(updating elements: Int, _ target: Target) {
        self.init(
            tasks: updateTasks(elements),
            milliseconds: target.milliseconds(moving: bytesOfUpdate(elements)) / sharersOfMemory)
    }
}
