extension Buffer {
    /// What loads, stores and addresses name a buffer by.
    public struct Handle: Hashable, Sendable, CustomStringConvertible {
        /// As it is printed, unless something else of the kernel has the same name.
        public let name: String

        public init(_ name: String) { self.name = name }

        public var description: String { name }
    }
}
