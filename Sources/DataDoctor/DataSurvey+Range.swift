import Base
import DataSets
import Imaging
import Tasks

extension DataSurvey {
    /// What becomes of the pictures' numbers.
    var rangeFindings: [Finding] {
        guard let range else { return [] }
        return mixedDepths(range) + [false, true].flatMap { unusedRange(range, isDeep: $0) }
    }

    private func mixedDepths(_ range: PictureRange) -> [Finding] {
        let deep = indices { $0.isDeep }
        guard !deep.isEmpty, deep.count < pairs.count else { return [] }
        let plain = pairs.count - deep.count
        return [
            Finding(
                .note, .mixedDepths,
                "\(deep.count) of the pictures \(deep.count == 1 ? "has" : "have") 16 bits and \(plain) 8: each kind has a "
                    + "range of its own, \(range.span(isDeep: false).ends) and \(range.span(isDeep: true).ends)",
                advice: "if both show the same things, save all with the same bits", files: pictures(deep), pairs: deep)
        ]
    }

    /// Pictures that use less than an eighth of what becomes 0 ... 1: 5 bits of 8.
    private func unusedRange(_ range: PictureRange, isDeep: Bool) -> [Finding] {
        let judged = trainingPairs.filter { $0.facts.isDeep == isDeep && !$0.facts.isPlain }
        guard !judged.isEmpty else { return [] }
        let isHigh = isDeep && !range.keepsDepth
        let span = isHigh ? .words : range.span(isDeep: isDeep)
        let used = judged.map { span.steps($0.facts.usual.upperBound) - span.steps($0.facts.usual.lowerBound) + 1 }
        // That of most pictures, whatever one of them is like.
        let middle = used.sorted()[used.count / 2]
        let size = span.high - span.low + 1
        guard 8 * middle < size else { return automaticNote(range, isDeep: isDeep) }
        let low = judged.map(\.facts.low).min() ?? 0
        let high = judged.map(\.facts.high).max() ?? 0
        let levels = isHigh ? ", \(max(1, middle / 256)) levels as this run reads them" : ""
        let verb = judged.count == 1 ? "holds" : "hold"
        return [
            Finding(
                .warning, .unusedRange,
                "\(Text.count(judged.count, "training picture")) of \(isDeep ? 16 : 8) bits \(verb) numbers from \(low) to "
                    + "\(high), nearly all of a picture within \(middle) of the \(size) that become 0 to 1\(levels): the net sees "
                    + "little contrast",
                advice: "--range p1-p99 makes nearly all of these 0 to 1")
        ]
    }

    /// Says that numbers of 16 bits were narrowed, which nobody asked for.
    private func automaticNote(_ range: PictureRange, isDeep: Bool) -> [Finding] {
        let span = range.span(isDeep: true)
        guard isDeep, range.keepsDepth, span != .words else { return [] }
        let share = Text.fixed(100 * Double(span.high - span.low + 1) / 65536, 1)
        return [
            Finding(
                .note, .unusedRange,
                "in pictures of 16 bits the numbers from \(span.ends) become 0 to 1, \(share) % of what 16 bits "
                    + "can say; what lies outside is cut",
                advice: "--range says otherwise, such as full, 0-4095 or p1-p99")
        ]
    }
}

extension NumberSpan {
    /// `0 to 4095`.
    fileprivate var ends: String { "\(low) to \(high)" }
}
