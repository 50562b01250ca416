import Base
import FileAccess
import TrainerSupport

/// `--groups`: which pictures belong together, such as those of a patient, a slide or a video, so that no part of the data
/// tests what another one has shown the net.
package enum GroupRule: Hashable, Sendable, CustomStringConvertible {
    /// Of `{}_*`, `{}` is the group in a picture's name and `*` is anything, each as short as it can be.
    case pattern(String)
    /// A regular expression: the group is what its first parentheses hold, or all of what it finds.
    case expression(String)
    /// A table of names and their groups.
    case table(String)

    /// Reads a pattern, the name of a table that is there, or a regular expression.
    /// - Throws: `TrainerError` for anything else.
    package init(parsing text: String) throws {
        if text.contains("{}") {
            guard text.utf8.count(where: { $0 == UInt8(ascii: "{") }) == 1 else {
                throw TrainerError("--groups \"\(text)\": expected one {}, which stands for the group")
            }
            self = .pattern(text)
        } else if FileSystem.isFile(text) {
            self = .table(FileSystem.absolute(text))
        } else {
            do { _ = try Regex(text) } catch {
                throw TrainerError(
                    "--groups \"\(text)\": is no file, and no regular expression: \(error)",
                    hint: "\"{}_*\" takes what stands before the first _ of a picture's name; \"^(p[0-9]+)\" what the "
                        + "parentheses find; a file has lines of name,group")
            }
            self = .expression(text)
        }
    }

    /// What of it is remembered: its kind as well, which does not depend on the files that are there later.
    package var record: String {
        switch self {
        case .pattern: "pattern:" + description
        case .expression: "regex:" + description
        case .table: "table:" + description
        }
    }

    /// Reads what `record` wrote; nil for anything else.
    package init?(record text: String) {
        func rest(_ kind: String) -> String? { text.hasPrefix(kind) ? String(text.dropFirst(kind.count)) : nil }
        if let pattern = rest("pattern:") {
            self = .pattern(pattern)
        } else if let expression = rest("regex:") {
            self = .expression(expression)
        } else if let path = rest("table:") {
            self = .table(path)
        } else {
            return nil
        }
    }

    /// What `init(parsing:)` read.
    package var description: String {
        switch self {
        case .pattern(let text), .expression(let text), .table(let text): text
        }
    }

    /// The group of each name; nil for those that it says nothing about.
    /// - Throws: `TrainerError` when it says nothing about any of them, or a table cannot be read.
    package func groups(of names: [String]) throws -> [String?] {
        let groups: [String?]
        switch self {
        case .pattern(let text):
            let pattern = NameGroups(text)
            groups = names.map(pattern.group)
        case .expression(let text):
            // It was read once already.
            guard let expression = try? Regex(text) else { return names.map { _ in nil } }
            groups = names.map { name in
                guard let match = try? expression.firstMatch(in: name) else { return nil }
                let found = match.count > 1 ? match[1].substring : match[0].substring
                return found.flatMap { $0.isEmpty ? nil : String($0) }
            }
        case .table(let path):
            let table = try Self.read(path)
            groups = names.map { table[ExactText($0)] ?? table[ExactText(FileSystem.name($0))] }
        }
        guard !names.isEmpty, groups.allSatisfy({ $0 == nil }) else { return groups }
        throw TrainerError(
            "--groups \"\(self)\": fits no picture's name; the first one is \"\(names[0])\"",
            hint: "\"{}_*\" takes what stands before the first _")
    }

    private static func read(_ path: String) throws -> [ExactText: String] {
        do {
            var table: [ExactText: String] = [:]
            for (place, record) in try CSV.records(try Files.read(path)).enumerated() {
                let isHead = place == 0 && record.fields.count > 1 && record.fields[1].lowercased() == "group"
                if isHead { continue }
                guard record.fields.count >= 2, !record.fields[0].isEmpty, !record.fields[1].isEmpty else {
                    throw TrainerError("\(path):\(record.line): expected a picture's name and its group")
                }
                let name = record.fields[0]
                let stem = FileSystem.join(FileSystem.parent(name), FileSystem.stem(name))
                let key = ExactText(FileSystem.parent(name) == "." ? FileSystem.stem(name) : stem)
                if let other = table.updateValue(record.fields[1], forKey: key), other != record.fields[1] {
                    throw TrainerError("\(path):\(record.line): \(name) is of group \(other) already")
                }
            }
            return table
        } catch let error as CSV.Fault {
            throw TrainerError("\(path):\(error.line): \(error.reason)")
        } catch let error as FileError {
            throw TrainerError("\(error.path): \(error.message)", hint: error.hint)
        }
    }
}

/// A pattern of names, byte by byte.
private struct NameGroups {
    private enum Piece {
        case text([UInt8])
        case anything
        case group
    }

    private var pieces: [Piece] = []

    init(_ text: String) {
        var literal: [UInt8] = []
        func flushed() -> [Piece] { literal.isEmpty ? [] : [.text(literal)] }
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.popFirst() {
            if byte == UInt8(ascii: "{"), bytes.first == UInt8(ascii: "}") {
                bytes.removeFirst()
                pieces += flushed() + [.group]
                literal = []
            } else if byte == UInt8(ascii: "*") {
                pieces += flushed() + [.anything]
                literal = []
            } else {
                literal.append(byte)
            }
        }
        pieces += flushed()
    }

    func group(of name: String) -> String? {
        let bytes = FileName.bytes(of: name)
        var group = 0..<0
        return fits(pieces[...], bytes[...], &group) && !group.isEmpty ? FileName.text(of: bytes[group]) : nil
    }

    /// Whether the pieces fit all of a name, and where the group lies then.
    private func fits(_ pieces: ArraySlice<Piece>, _ name: ArraySlice<UInt8>, _ group: inout Range<Int>) -> Bool {
        guard let piece = pieces.first else { return name.isEmpty }
        let rest = pieces.dropFirst()
        switch piece {
        case .text(let text): return name.starts(with: text) && fits(rest, name.dropFirst(text.count), &group)
        case .anything: return (0...name.count).contains { fits(rest, name.dropFirst($0), &group) }
        case .group:
            guard let count = (0...name.count).dropFirst().first(where: { fits(rest, name.dropFirst($0), &group) })
            else {
                return false
            }
            group = name.startIndex..<name.startIndex + count
            return true
        }
    }
}
