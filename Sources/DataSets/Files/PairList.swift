import Base
import FileAccess
import TrainerSupport

/// `--pairs`: a table that says which mask belongs to which picture, with a line of names above: `picture` and `mask`, and
/// where there is more to say `part` (train, val or test) and `group` (what must not be parted, such as the patient).
package struct PairList: Hashable, Sendable {
    /// A line of it.
    struct Row: Hashable, Sendable {
        /// The picture as it is written there, without extension.
        var name: String
        var picture: String
        var mask: String?
        var group: String?
        var line: Int
    }

    /// The lines of one part.
    package struct Part: Hashable, Sendable {
        package var path: String
        package var part: DataPart?
        var rows: [Row]
    }

    private let path: String
    private var columns: [Column: Int] = [:]
    /// Training first.
    private(set) var parts: [Part] = []

    private enum Column: String, CaseIterable {
        case picture, mask, part, group

        /// What it may be called, in lower case.
        var names: [String] {
            switch self {
            case .picture: ["picture", "image", "pictures", "images", "filename", "file"]
            case .mask: ["mask", "masks", "label", "labels", "annotation"]
            case .part: ["part", "split", "subset"]
            case .group: ["group", "groups", "patient", "video"]
            }
        }
    }

    /// Reads a table; paths in it count from its folder.
    /// - Throws: `TrainerError` that names the line that cannot be understood.
    init(path: String, needsMasks: Bool) throws {
        self.path = path
        let records: [CSV.Record]
        do {
            records = try CSV.records(try Files.read(path))
        } catch let error as CSV.Fault {
            throw TrainerError("\(path):\(error.line): \(error.reason)")
        } catch let error as FileError {
            throw TrainerError("\(error.path): \(error.message)", hint: error.hint)
        }
        guard let head = records.first else { throw TrainerError("\(path): expected a table of pairs, it is empty") }
        try readColumns(head, needsMasks)
        try readRows(records.dropFirst(), needsMasks)
    }

    private mutating func readColumns(_ head: CSV.Record, _ needsMasks: Bool) throws {
        let example = "a first line such as picture,mask or picture,mask,part,group"
        for (place, field) in head.fields.enumerated() {
            let name = field.trimmed.lowercased()
            guard let column = Column.allCases.first(where: { $0.names.contains(name) }) else { continue }
            guard columns[column] == nil else {
                throw TrainerError("\(path):\(head.line): two columns say the \(column.rawValue)")
            }
            columns[column] = place
        }
        for column in [Column.picture] + (needsMasks ? [.mask] : []) where columns[column] == nil {
            throw TrainerError(
                "\(path):\(head.line): no column is called \"\(column.rawValue)\": expected \(example), found "
                    + "\"\(head.fields.joined(separator: ","))\"")
        }
    }

    private mutating func readRows(_ records: ArraySlice<CSV.Record>, _ needsMasks: Bool) throws {
        var rows: [DataPart?: [Row]] = [:]
        var lines: [ExactText: Int] = [:]
        for record in records {
            func text(_ column: Column) -> String? {
                guard let place = columns[column], record.fields.indices.contains(place) else { return nil }
                let text = record.fields[place].trimmed
                return text.isEmpty ? nil : text
            }
            guard let picture = text(.picture) else {
                throw TrainerError("\(path):\(record.line): the line names no picture")
            }
            if let other = lines.updateValue(record.line, forKey: ExactText(picture)) {
                throw TrainerError("\(path):\(record.line): \(picture) stands on line \(other) already")
            }
            let part = try part(text(.part), record.line)
            let folder = FileSystem.parent(path)
            let stem = FileSystem.stem(picture)
            let above = FileSystem.parent(picture)
            rows[part, default: []].append(
                Row(
                    name: above == "." ? stem : FileSystem.join(above, stem), picture: FileSystem.join(folder, picture),
                    mask: text(.mask).map { FileSystem.join(folder, $0) }, group: text(.group), line: record.line))
        }
        guard !rows.isEmpty else { throw TrainerError("\(path): expected lines of pairs, there is none") }
        if columns[.part] != nil {
            if let row = rows[nil]?.first, rows.count > 1 {
                throw TrainerError("\(path):\(row.line): the line names no part, as others do: train, val or test")
            }
        }
        let order: [DataPart?] = [nil] + DataPart.allCases
        parts = order.compactMap { part in rows[part].map { Part(path: path, part: part, rows: $0) } }
        // Training data alone are still to be parted.
        if parts.count == 1, parts[0].part == .training { parts[0].part = nil }
    }

    private func part(_ text: String?, _ line: Int) throws -> DataPart? {
        guard let text else { return nil }
        if let part = DataPart.allCases.first(where: { $0.names.contains(text.lowercased()) }) { return part }
        throw TrainerError("\(path):\(line): expected the part train, val or test, found \"\(text)\"")
    }
}

extension String {
    /// Without blanks at both ends.
    fileprivate var trimmed: String {
        let inner = utf8.drop { $0 == 0x20 || $0 == 0x09 }
        let end = inner.lastIndex { $0 != 0x20 && $0 != 0x09 }.map { inner.index(after: $0) } ?? inner.startIndex
        return String(inner[..<end]) ?? self
    }
}
