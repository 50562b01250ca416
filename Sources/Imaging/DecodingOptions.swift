/// How pictures and masks are decoded.
public struct DecodingOptions: Hashable, Sendable {
    /// Whether pictures are turned as their orientation tag says.
    public var appliesOrientation: Bool
    /// Whether samples of 16 bits stay as they are where a result can hold them; else their upper 8 bits are taken.
    public var keepsDepth = true
    /// What the pages of a TIFF are that has several.
    public var pages = PageRule.automatic
    /// How pictures are named that have a file a channel, of which that of the first is given; nil for whole files. Masks
    /// are whole.
    public var channelNames: ChannelNames?
    /// Who bounds the memory that decoders take together, and ends them; nil for nobody.
    public var supervisor: DecodingSupervisor?
    /// False for readers that run while another one of the same thread does: these are refused when there is no room.
    public var waitsForRoom = true

    public init(appliesOrientation: Bool = true, supervisor: DecodingSupervisor? = nil) {
        self.appliesOrientation = appliesOrientation
        self.supervisor = supervisor
    }
}

/// What the pages of a file are that has several.
public enum PageRule: String, Hashable, Sendable, CaseIterable {
    /// Channels, where each has one sample, all are alike, and they are as many as are wanted, more than one; else the first
    /// one is the picture.
    case automatic = "auto"
    /// The first one is the picture.
    case first
    /// Channels, all of them.
    case channels
}
