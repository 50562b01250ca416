import Base
import TestSupport

/// Breaks texts of a language a little: as bytes, as tokens and as lines, so that all parts of a reader see something new.
struct TextMutator {
    /// What is inserted: words and pieces of the language.
    var fragments: [[UInt8]]
    /// What is repeated or wrapped around something to nest deeply: an opening and what closes it.
    var nests: [(open: [UInt8], close: [UInt8])]
    /// Numbers at the edges of what is allowed.
    var numbers: [[UInt8]]
    /// What may stand between tokens and says nothing, or little.
    var blanks: [[UInt8]]
    /// Words that can stand for one another.
    var kinds: [[[UInt8]]]

    /// Inputs do not grow beyond this.
    private let sizeLimit = 1 << 18

    init(
        fragments: [String], nests: [(String, String)], numbers: [String], blanks: [String], kinds: [[String]]
    ) {
        self.fragments = fragments.map { Array($0.utf8) }
        self.nests = nests.map { (Array($0.utf8), Array($1.utf8)) }
        self.numbers = numbers.map { Array($0.utf8) }
        self.blanks = blanks.map { Array($0.utf8) }
        self.kinds = kinds.map { $0.map { Array($0.utf8) } }
    }

    /// A few mutations of a text, one on top of the other. Pieces of `other` may find their way into it.
    ///
    /// Half of the results are changed gently, which many survive: what stands behind the first checks is reached as well.
    func mutated(_ original: [UInt8], with other: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var text = original
        if random.unit() < 0.5 {
            for _ in 0..<Int.random(in: 1...6, using: &random) { mutateGently(&text, &random) }
        } else {
            repeat { mutate(&text, other, &random) } while random.unit() < 0.4 && text.count < sizeLimit
        }
        return text
    }

    private func mutate(_ text: inout [UInt8], _ other: [UInt8], _ random: inout SplitMix64) {
        guard !text.isEmpty else { return text = pick(fragments, &random) }
        switch random.unit() {
        case ..<0.2: mutateBytes(&text, &random)
        case ..<0.6: mutateTokens(&text, other, &random)
        case ..<0.9: mutateLines(&text, other, &random)
        default: nest(&text, &random)
        }
    }

    /// Another small number, another word of the same kind, or something between tokens.
    private func mutateGently(_ text: inout [UInt8], _ random: inout SplitMix64) {
        guard let token = tokenRanges(text).randomElement(using: &random) else { return }
        if isDigit(text[token.lowerBound]) {
            text.replaceSubrange(token, with: Array("\(Int.random(in: 1...9, using: &random))".utf8))
        } else if random.unit() < 0.5 {
            let place = random.unit() < 0.5 ? token.lowerBound : token.upperBound
            text.insert(contentsOf: pick(blanks, &random), at: place)
        } else if let kind = kinds.first(where: { $0.contains(Array(text[token])) }) {
            text.replaceSubrange(token, with: pick(kind, &random))
        }
    }

    // MARK: Bytes

    private func mutateBytes(_ text: inout [UInt8], _ random: inout SplitMix64) {
        let position = Int.random(in: 0..<text.count, using: &random)
        let end = min(text.count, position + Int.random(in: 1...24, using: &random))
        switch Int.random(in: 0..<6, using: &random) {
        case 0: text[position] = UInt8.random(in: 0...255, using: &random)
        case 1: text[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: text.removeSubrange(position..<end)
        case 3: text.removeSubrange(position...)
        case 4: text.insert(contentsOf: text[position..<end], at: position)
        default: text.insert(contentsOf: pick(Self.strangeBytes, &random), at: position)
        }
    }

    /// Pieces of UTF-8, good and bad, and what terminals and editors take for commands.
    private static let strangeBytes: [[UInt8]] = [
        [0xC3, 0xA9], [0xE6, 0xBC, 0xA2], [0xF0, 0x9F, 0x98, 0x80], [0xCC, 0x81], [0xE2, 0x80, 0xAE],
        [0xEF, 0xBB, 0xBF],
        [0xC3], [0xE2, 0x80], [0xF0, 0x9F, 0x98], [0x80], [0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80],
        [0xF4, 0x90, 0x80, 0x80], [0], [0x1B, 0x5B, 0x33, 0x31, 0x6D], [0x0D], [0x0D, 0x0A], [0x09], [0x0C], [0x7F],
        [0xE2, 0x80, 0xA8], [0xC2, 0x85], [0xC2, 0xA0],
    ]

    // MARK: Tokens

    private func mutateTokens(_ text: inout [UInt8], _ other: [UInt8], _ random: inout SplitMix64) {
        let tokens = tokenRanges(text)
        guard !tokens.isEmpty else { return text += pick(fragments, &random) }
        let token = pick(tokens, &random)
        switch Int.random(in: 0..<9, using: &random) {
        case 0: text.removeSubrange(token)
        case 1: text.insert(contentsOf: Array(text[token]) + blank, at: token.lowerBound)
        case 2: text.insert(contentsOf: blank + pick(fragments, &random) + blank, at: token.upperBound)
        case 3: text.replaceSubrange(token, with: pick(fragments, &random))
        case 4: text.replaceSubrange(token, with: Array(text[pick(tokens, &random)]))
        case 5: swap(&text, token, pick(tokens, &random))
        case 6: replaceNumber(&text, tokens, &random)
        case 7: rename(&text, tokens, token, &random)
        default:
            let others = tokenRanges(other)
            guard !others.isEmpty else { return }
            let first = Int.random(in: 0..<others.count, using: &random)
            let last = min(others.count - 1, first + Int.random(in: 0...8, using: &random))
            text.replaceSubrange(token, with: other[others[first].lowerBound..<others[last].upperBound])
        }
    }

    private var blank: [UInt8] { [UInt8(ascii: " ")] }

    private func swap(_ text: inout [UInt8], _ a: Range<Int>, _ b: Range<Int>) {
        let (first, second) = a.lowerBound < b.lowerBound ? (a, b) : (b, a)
        guard first.upperBound <= second.lowerBound else { return }
        let (left, right) = (Array(text[first]), Array(text[second]))
        text.replaceSubrange(second, with: left)
        text.replaceSubrange(first, with: right)
    }

    /// Another number: a small one, so that what is built of it may still fit, or one at an edge.
    private func replaceNumber(_ text: inout [UInt8], _ tokens: [Range<Int>], _ random: inout SplitMix64) {
        let found = tokens.filter { isDigit(text[$0.lowerBound]) }
        guard !found.isEmpty else { return }
        let small = Array("\(Int.random(in: 0...20, using: &random))".utf8)
        text.replaceSubrange(pick(found, &random), with: random.unit() < 0.6 ? small : pick(numbers, &random))
    }

    /// One token everywhere for another one.
    private func rename(
        _ text: inout [UInt8], _ tokens: [Range<Int>], _ token: Range<Int>, _ random: inout SplitMix64
    ) {
        let old = Array(text[token])
        let new = Array(text[pick(tokens, &random)])
        for range in tokens.reversed() where text[range].elementsEqual(old) { text.replaceSubrange(range, with: new) }
    }

    // MARK: Lines

    private func mutateLines(_ text: inout [UInt8], _ other: [UInt8], _ random: inout SplitMix64) {
        let lines = lineRanges(text)
        let line = pick(lines, &random)
        let place = pick(lines, &random).lowerBound
        switch Int.random(in: 0..<7, using: &random) {
        case 0: text.removeSubrange(line)
        case 1: text.insert(contentsOf: Array(text[line]), at: place)
        case 2: swap(&text, line, pick(lines, &random))
        case 3:
            let copies = Int.random(in: 2...(random.unit() < 0.1 ? 400 : 8), using: &random)
            text.insert(contentsOf: Array(repeating: Array(text[line]), count: copies).joined(), at: place)
        case 4, 5:
            let others = lineRanges(other)
            guard !others.isEmpty else { return }
            let first = Int.random(in: 0..<others.count, using: &random)
            let last = min(others.count - 1, first + Int.random(in: 0...4, using: &random))
            text.insert(contentsOf: other[others[first].lowerBound..<others[last].upperBound], at: place)
        default:
            // The line break moves, or goes.
            text.replaceSubrange(line.upperBound - 1..<line.upperBound, with: blank)
            guard let token = tokenRanges(text).randomElement(using: &random), random.unit() < 0.5 else { return }
            text.insert(UInt8(ascii: "\n"), at: token.lowerBound)
        }
    }

    // MARK: Nesting

    /// Puts a token into many brackets or calls, which are closed again, or not.
    private func nest(_ text: inout [UInt8], _ random: inout SplitMix64) {
        guard let token = tokenRanges(text).randomElement(using: &random) else { return }
        let (open, close) = pick(nests, &random)
        let depth = Int.random(in: 1...(random.unit() < 0.15 ? 3_000 : 40), using: &random)
        let closing = Array(repeating: close, count: random.unit() < 0.7 ? depth : depth / 2).joined()
        text.insert(contentsOf: closing, at: token.upperBound)
        text.insert(contentsOf: Array(repeating: open, count: depth).joined(), at: token.lowerBound)
    }

    /// One of at least one element.
    private func pick<Element>(_ elements: [Element], _ random: inout SplitMix64) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }
}
