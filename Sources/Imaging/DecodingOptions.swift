/// How pictures and masks are decoded.
public struct DecodingOptions: Hashable, Sendable {
    /// Whether pictures are turned as their orientation tag says.
    public var appliesOrientation: Bool
    /// Who bounds the memory that decoders take together, and ends them; nil for nobody.
    public var supervisor: DecodingSupervisor?

    public init(appliesOrientation: Bool = true, supervisor: DecodingSupervisor? = nil) {
        self.appliesOrientation = appliesOrientation
        self.supervisor = supervisor
    }
}
