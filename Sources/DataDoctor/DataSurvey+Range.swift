import Base
import DataSets
import Imaging
import Tasks

extension DataSurvey {
    /// What becomes of the pictures' numbers.
    var rangeFindings: [Finding] {
        guard let range else { return [] }
        return mixedDepths(range) + SampleDepth.allCases.flatMap { unusedRange(range, $0) }
    }

    private func mixedDepths(_ range: PictureRange) -> [Finding] {
        let counts = SampleDepth.allCases.map { depth in (depth, indices { $0.depth == depth }) }.filter {
            !$0.1.isEmpty
        }
        guard counts.count > 1, let deep = counts.last?.1 else { return [] }
        let kinds = counts.reversed().enumerated().map { place, kind in
            let count = kind.1.count
            let verb = kind.0 == .floats ? (count == 1 ? "is of" : "are of") : count == 1 ? "has" : "have"
            return "\(count) \(place == 0 ? "of the pictures " : "")\(verb) \(kind.0.text)"
        }
        let spans = counts.map { range.span($0.0).ends }
        return [
            Finding(
                .note, .mixedDepths,
                "\(kinds.joined(separator: " and ")): each kind has a range of its own, "
                    + spans.joined(separator: " and "),
                advice: "if both show the same things, save all with the same bits", files: pictures(deep), pairs: deep)
        ]
    }

    /// Pictures that use less than an eighth of what becomes 0 ... 1: 5 bits of 8.
    private func unusedRange(_ range: PictureRange, _ depth: SampleDepth) -> [Finding] {
        let judged = trainingPairs.filter { $0.facts.depth == depth && !$0.facts.isPlain }
        guard !judged.isEmpty else { return [] }
        let isHigh = depth == .words && !range.keepsDepth
        let span = isHigh ? .words : range.span(depth)
        let used = judged.map {
            span.steps($0.facts.usual.upperBound) - span.steps($0.facts.usual.lowerBound) + (depth == .floats ? 0 : 1)
        }
        // That of most pictures, whatever one of them is like.
        let middle = used.sorted()[used.count / 2]
        let size = span.high - span.low + (depth == .floats ? 0 : 1)
        guard 8 * middle < size else { return automaticNote(range, depth) }
        let low = judged.map(\.facts.low).min() ?? 0
        let high = judged.map(\.facts.high).max() ?? 0
        let levels = isHigh ? ", \(max(1, Int(middle) / 256)) levels as this run reads them" : ""
        let verb = judged.count == 1 ? "holds" : "hold"
        return [
            Finding(
                .warning, .unusedRange,
                "\(Text.count(judged.count, "training picture")) of \(depth.text) \(verb) numbers from "
                    + "\(Text.plain(low)) to \(Text.plain(high)), nearly all of a picture within "
                    + "\(Text.plain(middle)) of the \(Text.plain(size)) that become 0 to 1\(levels): the net sees "
                    + "little contrast",
                advice: "--range p1-p99 makes nearly all of these 0 to 1")
        ]
    }

    /// Says that numbers of 16 bits were narrowed, which nobody asked for.
    private func automaticNote(_ range: PictureRange, _ depth: SampleDepth) -> [Finding] {
        let span = range.span(depth)
        if depth == .floats { return floatNote(span) }
        guard depth == .words, range.keepsDepth, span != .words else { return [] }
        let share = Text.fixed(100 * (span.high - span.low + 1) / 65536, 1)
        return [
            Finding(
                .note, .unusedRange,
                "in pictures of 16 bits the numbers from \(span.ends) become 0 to 1, \(share) % of what 16 bits "
                    + "can say; what lies outside is cut",
                advice: "--range says otherwise, such as full, 0-4095 or p1-p99")
        ]
    }

    /// Says which numbers of floats become 0 and 1, where it is not they themselves.
    private func floatNote(_ span: NumberSpan) -> [Finding] {
        guard span != .units else { return [] }
        return [
            Finding(
                .note, .unusedRange,
                "in pictures of floats the numbers from \(span.ends) become 0 to 1; what lies outside is cut",
                advice: "--range says otherwise, such as 0..1, -1000..400 or p1-p99")
        ]
    }
}
