import KernelIR

/// Tests name buffers as they go.
extension Buffer.Handle: ExpressibleByStringLiteral {
    public init(stringLiteral name: String) { self.init(name) }
}
