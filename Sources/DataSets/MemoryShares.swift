import Imaging
import TrainerSupport

/// What a command's memory is spent on besides the net: decoded pictures that are kept, and decoding.
package struct MemoryShares {
    package var cache: SampleCache
    /// Bytes that decoders may take together.
    var decoding: Int

    /// Whatever is left, decoding gets so much: pictures whose rows come in order take less.
    static let least = 4 << 20

    /// - Parameters:
    ///   - free: bytes that the machine could give.
    ///   - budget: bytes that the process may still take; nil without a limit.
    package init(free: Int, budget: Int?, net: Int) {
        let left = max(0, min(free, budget ?? free) - net)
        decoding = max(Self.least, left / 2)
        cache = SampleCache(limit: max(0, left - decoding))
    }

    /// Keeps decoders within their share, and ends them when a signal is held back.
    var supervisor: DecodingSupervisor {
        DecodingSupervisor(bound: decoding, most: decoding, isCancelled: { Interruption.isPending })
    }
}
