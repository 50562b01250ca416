import GraphIR

/// A grouped convolution as several convolutions of whole blocks of channels, one behind the other: where a group has fewer
/// channels than a block, groups are joined, and weights between channels of different groups count as zero.
struct ChannelGroups {
    /// Groups that are joined into one.
    let joined: Int
    let count: Int
    /// One of them, of `joined` groups taken as one.
    let geometry: ConvGeometry

    /// nil where no number of groups makes whole blocks of `width` channels on both sides.
    init?(_ g: ConvGeometry, width: Int) {
        let fitting = (1...min(g.groups, width)).first {
            g.groups % $0 == 0 && $0 * g.groupInputChannels % width == 0 && $0 * g.groupOutputChannels % width == 0
        }
        guard let fitting else { return nil }
        joined = fitting
        count = g.groups / fitting
        var part = g
        part.groups = 1
        part.inputChannels = g.inputChannels / count
        part.outputChannels = g.outputChannels / count
        geometry = part
    }
}
