extension Canvas {
    /// The width in pixels of one line of text, without the gap after the last character.
    public static func textWidth(_ text: String, scale: Int) -> Int {
        max(text.count * BitmapFont.advance - 1, 0) * scale
    }

    /// The height in pixels of capital letters, which is what text is aligned by.
    public static func textHeight(scale: Int) -> Int { BitmapFont.ascent * scale }

    /// `text`, cut to `width` pixels with an ellipsis if it is wider.
    public static func fitting(_ text: String, width: Int, scale: Int) -> String {
        guard textWidth(text, scale: scale) > width else { return text }
        let room = (width / scale + 1) / BitmapFont.advance - 3
        return room > 0 ? text.prefix(room) + "..." : ""
    }

    /// A name cut in its middle, since names often differ in their ends alone.
    public static func fittingName(_ name: String, width: Int, scale: Int) -> String {
        guard textWidth(name, scale: scale) > width else { return name }
        let end = name.suffix(14)
        return fitting(String(name.dropLast(14)), width: width - textWidth(String(end), scale: scale), scale: scale)
            + end
    }

    /// Draws one line of text; `x`, `y` is the top left corner of its first capital letter. The font has printable
    /// ASCII; other characters appear as question marks.
    public mutating func text(_ text: String, x: Int, y: Int, scale: Int, _ color: Color) {
        Self.forEachDot(of: text) { column, row in
            fill(x: x + column * scale, y: y + row * scale, width: scale, height: scale, color)
        }
    }

    /// Draws one line of text that runs upwards; `x`, `y` is the bottom left corner of the turned line.
    public mutating func textUpwards(_ text: String, x: Int, y: Int, scale: Int, _ color: Color) {
        Self.forEachDot(of: text) { column, row in
            fill(x: x + row * scale, y: y - (column + 1) * scale, width: scale, height: scale, color)
        }
    }

    private static func forEachDot(of text: String, _ body: (_ column: Int, _ row: Int) -> Void) {
        for (index, character) in text.enumerated() {
            for (row, bits) in BitmapFont.standard.rows(of: character).enumerated() {
                for column in 0..<BitmapFont.glyphWidth where bits >> column & 1 == 1 {
                    body(index * BitmapFont.advance + column, row)
                }
            }
        }
    }
}
