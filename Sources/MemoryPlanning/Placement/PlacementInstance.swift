import Base
import Diagnostics

/// Named blocks of memory with lifetimes, as the files of the MiniMalloc benchmark have them: comma-separated columns
/// `id`, `lower`, `upper` and `size` in any order, with a heading; a block is alive from `lower` up to, but without,
/// `upper`.
public struct PlacementInstance: Hashable, Sendable {
    public struct Block: Hashable, Sendable {
        public var id: String
        public var lower: Int
        public var upper: Int
        /// Bytes.
        public var size: Int

        public init(id: String, lower: Int, upper: Int, size: Int) {
            self.id = id
            self.lower = lower
            self.upper = upper
            self.size = size
        }
    }

    public var blocks: [Block]

    public init(blocks: [Block]) { self.blocks = blocks }

    /// The blocks as the planner takes them, in the same order.
    public var requests: [PlacementRequest] {
        blocks.map { PlacementRequest(size: $0.size, first: $0.lower, last: $0.upper - 1) }
    }

    /// The file's text with a further column, `offset`.
    public func text(offsets: [Int]) -> String {
        var text = "id,lower,upper,size,offset\n"
        for (block, offset) in zip(blocks, offsets) {
            text += "\(block.id),\(block.lower),\(block.upper),\(block.size),\(offset)\n"
        }
        return text
    }
}

extension PlacementInstance {
    /// Times and sizes up to here, so that no sum or product of the planner's overflows.
    static let limit = 1 << 40

    /// Reads a file's text. A column `offset`, as the output has it, is left out of account.
    /// - Throws: the first `Diagnostic`, at the field that is wrong.
    public init(_ file: SourceFile) throws(Diagnostic) {
        var reader = InstanceReader(file)
        self.init(blocks: try reader.read())
    }
}

/// Columns that a file may have.
private enum Column: String, CaseIterable {
    case id, lower, upper, size
    case offset

    static let expected = "id, lower, upper and size"
}

/// A field of a line, without blanks around it.
private struct Field {
    var text: String
    var range: SourceRange
}

private struct InstanceReader {
    private let file: SourceFile
    private var seen: [String: SourceRange] = [:]
    private var total = 0

    init(_ file: SourceFile) { self.file = file }

    mutating func read() throws(Diagnostic) -> [PlacementInstance.Block] {
        if let range = file.firstIllFormed {
            throw Diagnostic("expected text in UTF-8", at: range, hint: "is this a file of comma-separated values?")
        }
        let lines = self.lines()
        guard let heading = lines.first else {
            throw Diagnostic(
                "expected a heading with the columns \(Column.expected), found nothing", at: SourceRange(0, 0))
        }
        let columns = try self.columns(heading)
        var blocks: [PlacementInstance.Block] = []
        for line in lines.dropFirst() { blocks.append(try block(line, columns)) }
        return blocks
    }

    /// The fields of each line that is not empty.
    private func lines() -> [[Field]] {
        var lines: [[Field]] = []
        var fields: [Field] = []
        var start = 0
        for position in 0...file.bytes.count {
            let byte = position < file.bytes.count ? file.bytes[position] : UInt8(ascii: "\n")
            guard byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") else { continue }
            fields.append(field(start, position))
            start = position + 1
            guard byte == UInt8(ascii: "\n") else { continue }
            if fields.count > 1 || !(fields.first?.text.isEmpty ?? true) { lines.append(fields) }
            fields = []
        }
        return lines
    }

    private func field(_ start: Int, _ end: Int) -> Field {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D }
        var lower = start
        var upper = end
        while lower < upper, isBlank(file.bytes[lower]) { lower += 1 }
        while upper > lower, isBlank(file.bytes[upper - 1]) { upper -= 1 }
        let range = SourceRange(lower, upper)
        return Field(text: file.text(in: range), range: range)
    }

    private func columns(_ heading: [Field]) throws(Diagnostic) -> [Column] {
        var columns: [Column] = []
        for field in heading {
            guard let column = Column(rawValue: field.text) else {
                let near = nearMiss(field.text, among: Column.allCases.map(\.rawValue))
                throw Diagnostic(
                    "unknown column \"\(field.text)\", expected \(Column.expected)", at: field.range,
                    hint: near.map { "did you mean \"\($0)\"?" })
            }
            if columns.contains(column) {
                throw Diagnostic("the column \"\(field.text)\" stands here twice", at: field.range)
            }
            columns.append(column)
        }
        for column in Column.allCases where column != .offset && !columns.contains(column) {
            throw Diagnostic(
                "the heading lacks the column \"\(column.rawValue)\", expected \(Column.expected)",
                at: whole(heading))
        }
        return columns
    }

    private func whole(_ line: [Field]) -> SourceRange {
        SourceRange(line.first?.range.lower ?? 0, line.last?.range.upper ?? 0)
    }

    private mutating func block(
        _ line: [Field], _ columns: [Column]
    ) throws(Diagnostic) -> PlacementInstance.Block {
        guard line.count == columns.count else {
            throw Diagnostic(
                "expected \(columns.count) fields, as in the heading, found \(line.count)", at: whole(line))
        }
        var block = PlacementInstance.Block(id: "", lower: 0, upper: 0, size: 0)
        var place = whole(line)
        for (field, column) in zip(line, columns) {
            switch column {
            case .id: block.id = try id(field)
            case .lower: block.lower = try number(field, "lower", from: -PlacementInstance.limit)
            case .upper:
                block.upper = try number(field, "upper", from: -PlacementInstance.limit)
                place = field.range
            case .size:
                block.size = try number(field, "size", from: 0)
                total += block.size
                if total > PlacementInstance.limit {
                    throw Diagnostic(
                        "the sizes up to here add up to \(total) bytes, expected at most \(PlacementInstance.limit)",
                        at: field.range)
                }
            case .offset: break
            }
        }
        guard block.lower <= block.upper else {
            throw Diagnostic(
                "the block \"\(block.id)\" ends at \(block.upper), before it begins at \(block.lower)", at: place)
        }
        return block
    }

    private mutating func id(_ field: Field) throws(Diagnostic) -> String {
        guard !field.text.isEmpty else { throw Diagnostic("expected the block's id, found nothing", at: field.range) }
        if let first = seen.updateValue(field.range, forKey: field.text) {
            throw Diagnostic(
                "the id \"\(field.text)\" stands here twice", at: field.range, notes: [.init("first here", first)])
        }
        return field.text
    }

    private func number(_ field: Field, _ name: String, from least: Int) throws(Diagnostic) -> Int {
        let limit = PlacementInstance.limit
        guard let value = Int(field.text), (least...limit).contains(value) else {
            throw Diagnostic(
                "\(name) takes a whole number from \(least) to \(limit), found \"\(field.text)\"", at: field.range)
        }
        return value
    }
}
