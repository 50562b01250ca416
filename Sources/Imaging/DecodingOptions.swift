/// How pictures and masks are decoded.
public struct DecodingOptions: Hashable, Sendable {
    /// Whether pictures are turned as their orientation tag says.
    public var appliesOrientation: Bool
    /// Whether samples of 16 bits stay as they are where a result can hold them; else their upper 8 bits are taken.
    public var keepsDepth = true
    /// Who bounds the memory that decoders take together, and ends them; nil for nobody.
    public var supervisor: DecodingSupervisor?
    /// False for readers that run while another one of the same thread does: these are refused when there is no room.
    public var waitsForRoom = true

    public init(appliesOrientation: Bool = true, supervisor: DecodingSupervisor? = nil) {
        self.appliesOrientation = appliesOrientation
        self.supervisor = supervisor
    }
}
