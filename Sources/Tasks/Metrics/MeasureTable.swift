import Base

/// Measures of classes or labels, a line each.
enum MeasureTable {
    static func text(title: String, columns: [String], rows: [(label: String, cells: [String])]) -> String {
        let width = max(title.count, rows.map(\.label.count).max() ?? 0)
        func row(_ label: String, _ cells: [String]) -> String {
            label + String(repeating: " ", count: width - label.count)
                + cells.map { String(repeating: " ", count: max(1, 11 - $0.count)) + $0 }.joined()
        }
        return ([row(title, columns)] + rows.map(row)).joined(separator: "\n")
    }

    static func cell(_ value: Double?) -> String { value.map { Text.fixed($0, 4) } ?? Measure.nothing }

    static func share(_ part: Int, of whole: Int) -> String {
        Text.fixed(100 * Double(part) / Double(max(1, whole)), 2) + " %"
    }
}
