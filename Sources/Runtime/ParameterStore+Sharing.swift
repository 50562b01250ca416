extension ParameterStore {
    /// Lets `fill` overwrite the parameters, then the optimiser's state, then their average, as far as they are allocated: with the
    /// bytes of another store of the same model.
    public func overwrite(_ fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        try parameters.overwrite(fill)
        for memory in moments + [average].compactMap({ $0 }) {
            try fill(UnsafeMutableRawBufferPointer(start: memory.base, count: memory.count))
        }
    }
}
