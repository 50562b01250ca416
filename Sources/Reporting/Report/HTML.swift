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

    /// Sorts tables by the column whose heading is clicked: numbers as numbers, what is none at the end.
    static let sorting = """
        for (const button of document.querySelectorAll(".sorted th button")) button.addEventListener("click", () => {
          const head = button.parentElement, table = head.closest("table"), column = head.cellIndex;
          const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
          for (const other of table.querySelectorAll("th")) other.removeAttribute("aria-sort");
          head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
          const rows = [...table.rows].slice(1).map(row => ({ row, text: row.cells[column].textContent }));
          const isNumber = text => text !== "" && !isNaN(text);
          rows.sort((a, b) => {
            if (isNumber(a.text) && isNumber(b.text)) return sign * (a.text - b.text);
            if (isNumber(a.text) !== isNumber(b.text)) return isNumber(a.text) ? -1 : 1;
            return sign * a.text.localeCompare(b.text, undefined, { numeric: true });
          });
          for (const { row } of rows) table.tBodies[0].append(row);
        });
        """

    /// Names beside values.
    static func pairs(_ rows: [(String, String)]) -> String {
        let lines = rows.map { "<tr><th>\(text($0.0))</th><td>\(text($0.1))</td></tr>" }
        return "<table class=\"pairs\">\n" + lines.joined(separator: "\n") + "\n</table>"
    }

    /// A table of numbers under a heading.
    /// - Parameter isSorted: whether a click on a heading sorts by its column (`sorting`).
    static func table(_ heading: [String], _ rows: [[String]], isSorted: Bool = false) -> String {
        guard !isSorted else {
            return "<div class=\"sorted\">"
                + table(heading, rows).replacing("<th>", with: "<th><button type=\"button\">")
                .replacing("</th>", with: "</button></th>") + "</div>"
        }
        let head = heading.map { "<th>\(text($0))</th>" }.joined()
        let lines = rows.map { "<tr>" + $0.map { "<td>\(text($0))</td>" }.joined() + "</tr>" }
        return "<table class=\"numbers\">\n<tr>\(head)</tr>\n" + lines.joined(separator: "\n") + "\n</table>"
    }
}
