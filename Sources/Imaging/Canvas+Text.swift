extension Canvas {
    /// The width in pixels of one line of text.
    public static func textWidth(_ text: String, scale: Int) -> Int {
        StrokeFont.standard.width(of: text, scale: scale)
    }

    /// The height in pixels of capital letters, which is what text is aligned by.
    public static func textHeight(scale: Int) -> Int { StrokeFont.capHeight(scale) }

    /// `text`, cut to `width` pixels with an ellipsis if it is wider.
    public static func fitting(_ text: String, width: Int, scale: Int) -> String {
        guard textWidth(text, scale: scale) > width else { return text }
        let room = width - textWidth("...", scale: scale)
        let count = StrokeFont.standard.count(of: text, within: Double(room), scale: scale)
        return count > 0 ? text.prefix(count) + "..." : ""
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
        StrokeFont.standard.draw(text, scale: scale) { column, row, coverage in
            blend(x: x + column, y: y + row, color, coverage: coverage)
        }
    }

    /// Draws one line of text that runs upwards; `x`, `y` is the bottom left corner of the turned line.
    public mutating func textUpwards(_ text: String, x: Int, y: Int, scale: Int, _ color: Color) {
        StrokeFont.standard.draw(text, scale: scale) { column, row, coverage in
            blend(x: x + row, y: y - column - 1, color, coverage: coverage)
        }
    }
}
