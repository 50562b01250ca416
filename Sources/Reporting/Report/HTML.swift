import Base
import FileAccess

/// Pieces of HTML.
enum HTML {
    /// A text as it may stand in elements and attributes.
    static func text(_ text: String) -> String { Markup.attribute(text.shown) }

    /// A PNG inside the page.
    static func picture(png: [UInt8], title: String) -> String {
        "<img alt=\"\(text(title))\" src=\"data:image/png;base64,\(Base64.text(of: png))\">"
    }

    /// Names beside values.
    static func pairs(_ rows: [(String, String)]) -> String {
        let lines = rows.map { "<tr><th>\(text($0.0))</th><td>\(text($0.1))</td></tr>" }
        return "<table class=\"pairs\">\n" + lines.joined(separator: "\n") + "\n</table>"
    }

    /// A table of numbers under a heading.
    static func table(_ heading: [String], _ rows: [[String]]) -> String {
        let head = heading.map { "<th>\(text($0))</th>" }.joined()
        let lines = rows.map { "<tr>" + $0.map { "<td>\(text($0))</td>" }.joined() + "</tr>" }
        return "<table class=\"numbers\">\n<tr>\(head)</tr>\n" + lines.joined(separator: "\n") + "\n</table>"
    }
}
