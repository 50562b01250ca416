import Base
import Imaging
import Tasks
import TrainerSupport

/// `--range`: which numbers of pictures become 0 and 1.
package enum RangeSetting: Hashable, Sendable {
    /// All that 8 bits can say; of 16 bits what the training pictures use, where that is less than half.
    case auto
    /// All that the file's bits can say.
    case full
    /// Numbers of the files, the second above the first.
    case numbers(NumberSpan)
    /// Of the training pictures' numbers, from 0 to 100, the second above the first.
    case percentiles(Double, Double)
}

extension RangeSetting: CustomStringConvertible {
    package var description: String {
        switch self {
        case .auto: "auto"
        case .full: "full"
        case .numbers(let span): "\(span.low)-\(span.high)"
        case .percentiles(let low, let high): "p\(Text.plain(low))-p\(Text.plain(high))"
        }
    }

    /// Reads `auto`, `full`, `0-4095` or `p1-p99`.
    /// - Throws: `TrainerError` for anything else.
    package init(parsing text: String) throws {
        switch text {
        case "auto": self = .auto
        case "full": self = .full
        default:
            let ends = text.split(separator: "-", omittingEmptySubsequences: false)
            if ends.count == 2, ends.allSatisfy({ $0.first == "p" }) {
                let numbers = ends.compactMap { Double($0.dropFirst()) }
                if numbers.count == 2, numbers[0] >= 0, numbers[0] < numbers[1], numbers[1] <= 100 {
                    self = .percentiles(numbers[0], numbers[1])
                    return
                }
            } else if ends.count == 2, let low = UInt16(ends[0]), let high = UInt16(ends[1]), low < high {
                self = .numbers(NumberSpan(low: Int(low), high: Int(high)))
                return
            }
            throw TrainerError(
                "--range \"\(text)\": expected auto, full, two numbers of the pictures such as 0-4095, or percentiles of "
                    + "the training pictures such as p1-p99",
                hint: "numbers go from 0 to 255, or to 65535 in pictures of 16 bits; the second is above the first")
        }
    }
}

/// Which numbers of pictures become 0 and 1, once that is settled; all commands on a run's weights take the run's.
package enum PictureRange: Hashable, Sendable {
    /// Of files of 8 bits and of files of 16.
    case spans(bytes: NumberSpan, words: NumberSpan)
    /// As earlier versions read pictures: of 16 bits the upper 8.
    case highBytes

    package static let full = PictureRange.spans(bytes: .bytes, words: .words)

    /// True where samples stay as deep as their file.
    package var keepsDepth: Bool { self != .highBytes }

    package func span(isDeep: Bool) -> NumberSpan {
        switch self {
        case .spans(let bytes, let words): isDeep ? words : bytes
        case .highBytes: .bytes
        }
    }

    package func planes(_ samples: SizedPicture.Samples) -> PicturePlanes {
        PicturePlanes(samples, span: span(isDeep: samples.isDeep))
    }

    /// A picture as people are shown it.
    package func bitmap(_ picture: SizedPicture) -> Bitmap {
        Bitmap(
            width: picture.width, height: picture.height, channels: picture.channels,
            pixels: planes(picture.samples).shown)
    }
}

extension PictureRange: CustomStringConvertible {
    private static let highBytesWord = "high-bytes"

    /// `0-255/0-4095`: of 8 bits and of 16.
    package var description: String {
        switch self {
        case .spans(let bytes, let words): "\(bytes.low)-\(bytes.high)/\(words.low)-\(words.high)"
        case .highBytes: Self.highBytesWord
        }
    }

    /// Reads what `description` wrote; nil for anything else.
    package init?(_ text: String) {
        if text == Self.highBytesWord {
            self = .highBytes
            return
        }
        let spans = text.split(separator: "/", omittingEmptySubsequences: false).compactMap { part -> NumberSpan? in
            guard case .numbers(let span)? = try? RangeSetting(parsing: String(part)) else { return nil }
            return span
        }
        guard spans.count == 2, spans[0].high <= 255 else { return nil }
        self = .spans(bytes: spans[0], words: spans[1])
    }
}

extension PictureRange {
    /// A range that needs no more of pictures than what is known of their files; nil for percentiles.
    ///
    /// - Parameters:
    ///   - facts: of the pictures that train.
    ///   - hasDeep: whether there are pictures of 16 bits at all.
    /// - Throws: `TrainerError` for numbers that no picture has.
    package static func settled(_ setting: RangeSetting, _ facts: [PairFacts], hasDeep: Bool) throws -> PictureRange? {
        switch setting {
        case .auto:
            let deep = facts.filter(\.isDeep)
            return automatic(deep.map(\.low).min() ?? 0, deep.map(\.high).max() ?? 65535)
        case .full: return .full
        case .percentiles: return nil
        case .numbers(let span):
            guard hasDeep || span.high <= 255 else {
                throw TrainerError(
                    "--range \(setting): the pictures have 8 bits, whose numbers end at 255",
                    hint: "give numbers from 0 to 255, or leave out --range")
            }
            return numbers(span)
        }
    }

    /// What `LOW-HIGH` means whatever pictures there are: the numbers of files of both depths, or of 16 bits alone where no
    /// byte has them.
    package static func numbers(_ span: NumberSpan) -> PictureRange {
        .spans(bytes: span.high > 255 ? .bytes : span, words: span)
    }

    /// What `auto` makes of the numbers that training pictures of 16 bits have, the lowest and the highest. Cameras and
    /// scanners of 10 to 14 bits leave most of the range empty, and a net that is fed a small part of 0 ... 1 learns slowly;
    /// what uses half of it and more is left alone, so that the numbers of most files mean the same in each data set.
    private static func automatic(_ low: Int, _ high: Int) -> PictureRange {
        guard high > low, 2 * (high - low + 1) < 65536 else { return .full }
        return .spans(bytes: .bytes, words: NumberSpan(low: low, high: high))
    }
}
