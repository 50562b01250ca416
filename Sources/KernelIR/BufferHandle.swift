import Base

extension Buffer {
    /// What loads, stores and addresses name a buffer by.
    public struct Handle: Hashable, Sendable {
        /// As it is printed, unless something else of the kernel has the same name.
        public let name: String

        public init(_ name: String) { self.name = name }
    }

    public var handle: Handle { Handle(name) }

    public init(
        _ handle: Handle, access: Access, element: ElementType = .float32, extent: Int, comment: String = ""
    ) {
        self.init(name: handle.name, access: access, element: element, extent: extent, comment: comment)
    }
}
