import Base
import Imaging
import Tasks
import TrainerSupport

/// `--normalize`: what the net is fed in place of pictures' numbers.
package enum NormalizationSetting: String, Hashable, Sendable, CaseIterable {
    /// The numbers as they are.
    case none
    /// 0 to 1, as the range says.
    case range
    /// Each channel's mean over the pictures that train becomes 0, and its standard deviation 1.
    case meanStd = "mean-std"
    /// The same of each picture alone.
    case perPicture = "per-picture"

    /// - Throws: `TrainerError` for anything else.
    package init(parsing text: String) throws {
        guard let setting = Self(rawValue: text) else {
            throw TrainerError(
                "--normalize \"\(text)\": expected none, range, mean-std or per-picture",
                hint:
                    "range, the default, feeds numbers from 0 to 1; mean-std takes mean and spread of the training pictures"
            )
        }
        self = setting
    }
}

/// The same, once it is settled; all commands on a run's weights take the run's.
package enum Normalization: Hashable, Sendable {
    case none
    case range
    /// For each channel of the net.
    case scales([ChannelScale])
    case perPicture

    /// What to do to numbers of a picture from 0 to 1.
    ///
    /// - Parameters:
    ///   - span: what has become 0 and 1.
    ///   - moments: of the picture's own numbers, as its file has them; for `perPicture`.
    package func scales(span: NumberSpan, channels: Int, moments: [Moments]) -> [ChannelScale] {
        switch self {
        case .range: []
        case .none: Array(repeating: ChannelScale(undoing: span), count: channels)
        case .scales(let scales): scales
        case .perPicture: moments.map { ChannelScale($0, span: span) }
        }
    }

    /// Whether numbers are asked for that only a look at the whole picture tells.
    package var needsMoments: Bool { self == .perPicture }

    /// The picture as it is fed: floats are not cut at the ends of the range, unless the range is all there is.
    package func apply(to planes: inout PicturePlanes, channels: Int, moments: [Moments]) {
        planes.span.isOpen = self != .range && planes.samples.depth == .floats
        planes.scales = scales(span: planes.span, channels: channels, moments: moments)
    }
}

extension Normalization: CustomStringConvertible {
    /// `range`, or `mean-std` with the mean and the deviation of each channel: `mean-std 0.4:0.1,0.5:0.2`.
    package var description: String {
        switch self {
        case .none: NormalizationSetting.none.rawValue
        case .range: NormalizationSetting.range.rawValue
        case .perPicture: NormalizationSetting.perPicture.rawValue
        case .scales(let scales):
            NormalizationSetting.meanStd.rawValue + " "
                + scales.map { "\($0.mean):\($0.deviation)" }.joined(separator: ",")
        }
    }

    /// Reads what `description` wrote; nil for anything else.
    package init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        switch (NormalizationSetting(rawValue: String(words.first ?? "")), words.count) {
        case (.none?, 1): self = .none
        case (.range?, 1): self = .range
        case (.perPicture?, 1): self = .perPicture
        case (.meanStd?, 2):
            let parts = words[1].split(separator: ",", omittingEmptySubsequences: false)
            let scales = parts.compactMap { part -> ChannelScale? in
                let ends = part.split(separator: ":", omittingEmptySubsequences: false).compactMap { Double($0) }
                guard ends.count == 2, ends[0].isFinite, ends[1] > 0, ends[1].isFinite else { return nil }
                return ChannelScale(mean: ends[0], deviation: ends[1])
            }
            guard scales.count == parts.count else { return nil }
            self = .scales(scales)
        default: return nil
        }
    }
}
