import Base
import Imaging
import Tasks
import TrainerSupport

/// `--range`: which numbers of pictures become 0 and 1.
package enum RangeSetting: Hashable, Sendable {
    /// All that 8 bits can say; of 16 bits what the training pictures use, where that is less than half; of floats what they
    /// use.
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
        case .numbers(let span): span.text
        case .percentiles(let low, let high): "p\(Text.plain(low))-p\(Text.plain(high))"
        }
    }

    /// Reads `auto`, `full`, `0-4095`, `-0.5..2` or `p1-p99`.
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
            } else if let span = NumberSpan(parsing: text) {
                self = .numbers(span)
                return
            }
            throw TrainerError(
                "--range \"\(text)\": expected auto, full, two numbers of the pictures such as 0-4095, or percentiles of "
                    + "the training pictures such as p1-p99",
                hint:
                    "numbers go from 0 to 255, or to 65535 in pictures of 16 bits; those of floats are written -0.5..2; "
                    + "the second is above the first")
        }
    }
}

/// Which numbers of pictures become 0 and 1, once that is settled; all commands on a run's weights take the run's.
package enum PictureRange: Hashable, Sendable {
    /// Of files of 8 bits, of files of 16, and of floats: nil where these mean what words do, or 0 to 1 where all words
    /// count.
    case spans(bytes: NumberSpan, words: NumberSpan, floats: NumberSpan? = nil)
    /// As earlier versions read pictures: of 16 bits the upper 8.
    case highBytes

    package static let full = PictureRange.spans(bytes: .bytes, words: .words)

    /// True where samples stay as deep as their file.
    package var keepsDepth: Bool { self != .highBytes }

    package func span(_ depth: SampleDepth) -> NumberSpan {
        switch (self, depth) {
        case (.spans(let bytes, _, _), .bytes): bytes
        case (.spans(_, let words, _), .words): words
        case (.spans(_, let words, let floats), .floats): floats ?? (words == .words ? .units : words)
        case (.highBytes, .floats): .units
        case (.highBytes, _): .bytes
        }
    }

    package func planes(_ samples: SizedPicture.Samples) -> PicturePlanes {
        PicturePlanes(samples, span: span(samples.depth))
    }

    /// A picture as people are shown it.
    package func bitmap(_ picture: SizedPicture) -> Bitmap {
        let (shown, channels) = (planes(picture.samples).shown, picture.channels)
        let isUsual = channels == 1 || channels == 3
        return Bitmap(
            width: picture.width, height: picture.height, channels: isUsual ? channels : 3,
            pixels: isUsual ? shown : ShownBands(of: channels).chosen(of: shown, channels: channels))
    }
}

extension PictureRange: CustomStringConvertible {
    private static let highBytesWord = "high-bytes"

    /// `0-255/0-4095`: of 8 bits and of 16; of floats as well where these have their own.
    package var description: String {
        switch self {
        case .spans(let bytes, let words, nil): "\(bytes.text)/\(words.text)"
        case .spans(let bytes, let words, let floats?): "\(bytes.text)/\(words.text)/\(floats.text)"
        case .highBytes: Self.highBytesWord
        }
    }

    /// Reads what `description` wrote; nil for anything else.
    package init?(_ text: String) {
        if text == Self.highBytesWord {
            self = .highBytes
            return
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let spans = parts.compactMap { NumberSpan(parsing: String($0)) }
        guard spans.count == parts.count, (2...3).contains(spans.count), spans[0].high <= 255 else { return nil }
        self = .spans(bytes: spans[0], words: spans[1], floats: spans.count == 3 ? spans[2] : nil)
    }
}

extension PictureRange {
    /// A range that needs no more of pictures than what is known of their files; nil for percentiles.
    ///
    /// - Parameters:
    ///   - facts: of the pictures that train.
    ///   - hasDeep: whether there are pictures of more than 8 bits at all.
    /// - Throws: `TrainerError` for numbers that no picture has.
    package static func settled(_ setting: RangeSetting, _ facts: [PairFacts], hasDeep: Bool) throws -> PictureRange? {
        switch setting {
        case .auto:
            let words = facts.filter { $0.depth == .words }
            return .spans(
                bytes: .bytes,
                words: automatic(words.map(\.low).min() ?? 0, words.map(\.high).max() ?? 65535),
                floats: automatic(facts.filter { $0.depth == .floats }.map(\.usual)))
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

    /// What `LOW-HIGH` means whatever pictures there are: the numbers of files of all depths, but for those of which no
    /// file has them.
    package static func numbers(_ span: NumberSpan) -> PictureRange {
        func fitting(_ full: NumberSpan) -> NumberSpan {
            let isWhole = span.low == span.low.rounded() && span.high == span.high.rounded()
            return isWhole && span.low >= full.low && span.high <= full.high ? span : full
        }
        let words = fitting(.words)
        let isSame = words == span && words != .words
        return .spans(bytes: fitting(.bytes), words: words, floats: isSame ? nil : span)
    }

    /// What `auto` makes of the numbers that training pictures of 16 bits have, the lowest and the highest. Cameras and
    /// scanners of 10 to 14 bits leave most of the range empty, and a net that is fed a small part of 0 ... 1 learns slowly;
    /// what uses half of it and more is left alone, so that the numbers of most files mean the same in each data set.
    private static func automatic(_ low: Double, _ high: Double) -> NumberSpan {
        guard high > low, 2 * (high - low + 1) < 65536 else { return .words }
        return NumberSpan(low: low, high: high)
    }

    /// The same of floats, by the numbers between which 99 of 100 of each picture lie: what stands for "no data" is often
    /// far away from all others. Numbers from 0 to 1 are left alone.
    private static func automatic(_ usual: [ClosedRange<Double>]) -> NumberSpan? {
        if usual.isEmpty { return nil }
        guard let low = usual.map(\.lowerBound).min(), let high = usual.map(\.upperBound).max(), high > low,
            low < 0 || high > 1
        else { return .units }
        return NumberSpan(low: low, high: high)
    }
}

extension NumberSpan {
    /// `0-4095`, `-0.5..2`.
    var text: String {
        let isPlain = low >= 0 && low == low.rounded() && high == high.rounded() && high <= 65535
        return Text.plain(low) + (isPlain ? "-" : "..") + Text.plain(high)
    }

    /// `0 to 4095`.
    package var ends: String { "\(Text.plain(low)) to \(Text.plain(high))" }

    /// Reads what `text` wrote; nil for anything else.
    init?(parsing text: String) {
        if let dots = text.firstRange(of: "..") {
            guard let low = Double(text[..<dots.lowerBound]), let high = Double(text[dots.upperBound...]), low < high,
                low.isFinite, high.isFinite
            else { return nil }
            self.init(low: low, high: high)
            return
        }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let low = UInt16(ends[0]), let high = UInt16(ends[1]), low < high else { return nil }
        self.init(low: Double(low), high: Double(high))
    }
}

extension SampleDepth {
    /// `16 bits`.
    package var text: String {
        switch self {
        case .bytes: "8 bits"
        case .words: "16 bits"
        case .floats: "floats"
        }
    }
}
