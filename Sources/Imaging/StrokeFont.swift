import Base

/// A font of strokes with round ends, for charts and captions: the printable ASCII characters, as wide as each needs, drawn with
/// the share of each pixel that they cover.
struct StrokeFont: Sendable {
    static let standard = StrokeFont()

    /// A glyph in units, of which a capital letter is 14 high.
    private struct Glyph: Sendable {
        var advance: Double
        /// Chains of points, x and y in turn.
        var strokes: [[(x: Double, y: Double)]]
    }

    /// For each character from the space on.
    private let glyphs: [Glyph]

    private init() {
        let tracking = 0.5
        var known: [UInt8: Glyph] = [UInt8(ascii: " "): Glyph(advance: 4.6, strokes: [])]
        for line in Self.glyphs.split(separator: "\n") {
            guard let character = line.first?.asciiValue else { continue }
            let words = line.dropFirst().split(separator: " ", maxSplits: 1)
            guard words.count == 2, let advance = Double(words[0]) else { continue }
            known[character] = Glyph(
                advance: advance + tracking, strokes: words[1].split(separator: ";").map(Self.points))
        }
        let unknown = Glyph(advance: 8, strokes: [[(1, 1), (7, 1), (7, 13), (1, 13), (1, 1)]])
        glyphs = (32..<127).map { known[$0] ?? unknown }
    }

    private static func points(_ stroke: Substring) -> [(x: Double, y: Double)] {
        stroke.split(separator: " ").flatMap { word -> [(x: Double, y: Double)] in
            let numbers = word.drop { $0 == "@" }.split(separator: ",").compactMap { Double($0) }
            if numbers.count == 2 { return [(numbers[0], numbers[1])] }
            guard numbers.count == 6 else { return [] }
            let sweep = numbers[5] - numbers[4]
            let count = max(2, Int((abs(sweep) / 12).rounded(.up)))
            return (0...count).map { place in
                let angle = (numbers[4] + sweep * Double(place) / Double(count)) / 360
                return (
                    numbers[0] + numbers[2] * Trigonometry.cosine(turns: angle),
                    numbers[1] + numbers[3] * Trigonometry.sine(turns: angle)
                )
            }
        }
    }

    private func glyph(_ character: Character) -> Glyph {
        let code = character.asciiValue ?? UInt8(ascii: "?")
        return glyphs[code >= 32 && code < 127 ? Int(code) - 32 : Int(UInt8(ascii: "?")) - 32]
    }

    // MARK: Sizes

    /// The height of capital letters in pixels: of small text, of text, of headings.
    static func capHeight(_ scale: Int) -> Int { scale <= 1 ? 9 : 7 * scale + 1 }

    /// From the top of capitals to the end of what hangs below the base line.
    static func lineHeight(_ scale: Int) -> Int { capHeight(scale) + (capHeight(scale) * 2 + 6) / 7 }

    private static func factor(_ scale: Int) -> Double { Double(capHeight(scale)) / 14 }

    /// The pixels from the first stroke to the last one.
    func width(of text: String, scale: Int) -> Int {
        let units = text.reduce(0) { $0 + glyph($1).advance }
        return text.isEmpty ? 0 : Int((units * Self.factor(scale)).rounded(.up))
    }

    /// How many of the first characters fit into a width.
    func count(of text: String, within width: Double, scale: Int) -> Int {
        var (used, count) = (0.0, 0)
        for character in text {
            used += glyph(character).advance * Self.factor(scale)
            if used > width { break }
            count += 1
        }
        return count
    }

    // MARK: Drawing

    /// Says for each pixel that a line of text touches how much of it is covered. The origin is the top left corner of the
    /// first capital letter.
    func draw(_ text: String, scale: Int, _ body: (_ x: Int, _ y: Int, _ coverage: Double) -> Void) {
        let factor = Self.factor(scale)
        // Thin strokes would be gray all over.
        let thickness = max(1.15, 1.55 * factor)
        var left = 0.0
        for character in text {
            let glyph = glyph(character)
            var pixels: [Int: (x: Int, y: Int, coverage: Double)] = [:]
            for stroke in glyph.strokes {
                let places = stroke.map { (x: left + $0.x * factor - 0.5, y: Self.row($0.y, scale)) }
                for (start, end) in zip(places, places.dropFirst()) {
                    Self.cover(from: start, to: end, thickness) { x, y, coverage in
                        let key = y * 4096 + x
                        if coverage > pixels[key]?.coverage ?? 0 { pixels[key] = (x, y, coverage) }
                    }
                }
            }
            // Each of them once, so that their order does not matter.
            for pixel in pixels.values { body(pixel.x, pixel.y, pixel.coverage) }
            left += glyph.advance * factor
        }
    }

    /// The row of a height, with what most letters end at in the middle of a pixel, so that it is sharp.
    private static func row(_ y: Double, _ scale: Int) -> Double {
        let base = Double(capHeight(scale) - 1)
        let smallTop = (base * (5.2 - 1) / 12).rounded()
        if y <= 5.2 { return smallTop * (y - 1) / 4.2 }
        return smallTop + (base - smallTop) * (y - 5.2) / 7.8
    }

    /// The pixels near a segment.
    private static func cover(
        from a: (x: Double, y: Double), to b: (x: Double, y: Double), _ thickness: Double,
        _ body: (Int, Int, Double) -> Void
    ) {
        let reach = thickness / 2 + 0.5
        let (dx, dy) = (b.x - a.x, b.y - a.y)
        let square = dx * dx + dy * dy
        for y in Int((min(a.y, b.y) - reach).rounded(.up))...Int((max(a.y, b.y) + reach).rounded(.down)) {
            for x in Int((min(a.x, b.x) - reach).rounded(.up))...Int((max(a.x, b.x) + reach).rounded(.down)) {
                let (px, py) = (Double(x) - a.x, Double(y) - a.y)
                let along = square > 0 ? min(max((px * dx + py * dy) / square, 0), 1) : 0
                let (rx, ry) = (px - along * dx, py - along * dy)
                let coverage = min(1, reach - (rx * rx + ry * ry).squareRoot())
                if coverage > 0 { body(x, y, coverage) }
            }
        }
    }
}
