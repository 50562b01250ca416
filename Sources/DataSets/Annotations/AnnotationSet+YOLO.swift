import Base
import FileAccess
import TrainerSupport

extension AnnotationSet {
    /// A file a picture, of its name, a line an object: the number of its class and points in fractions of width and height.
    /// An empty file is a picture of nothing. `data.yaml` or `classes.txt` beside or above says what classes are called.
    init(yolo paths: [String], folder: String) {
        self.init(.yolo)
        labels = Self.names(near: folder)
        var files: [(stem: String, shapes: [AnnotatedShape], path: String)] = []
        for path in paths {
            do {
                files.append((Self.stem(path), try shapes(of: Files.read(path)), path))
            } catch let error as FileError {
                faults.append(Fault(file: path, reason: error.message))
            } catch {
                faults.append(Fault(file: path, reason: "\(error)"))
            }
        }
        let last = files.flatMap { $0.shapes.map(\.label) }.max() ?? -1
        while labels.count <= last { labels.append("\(labels.count)") }
        for (stem, shapes, path) in files {
            masks[ExactText(stem)] = DrawnMask(file: path, shapes: shapes, labels: labels)
        }
    }

    private struct Misread: Error, CustomStringConvertible {
        var description: String
    }

    private mutating func shapes(of bytes: [UInt8]) throws -> [AnnotatedShape] {
        var shapes: [AnnotatedShape] = []
        for (number, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let words = line.split { [0x20, 0x09, 0x0D].contains($0) }.map { String(decoding: $0, as: UTF8.self) }
            guard let first = words.first else { continue }
            let numbers = words.dropFirst().map { Double($0) ?? .nan }
            guard let label = Int(first), (0..<255).contains(label), numbers.allSatisfy(\.isFinite) else {
                throw Misread(
                    description:
                        "is no YOLO outline in line \(number + 1): expected a class from 0 to 254 and fractions")
            }
            if numbers.count == 4 {
                skipped["box without outline", default: 0] += 1
            } else if numbers.count >= 6, numbers.count % 2 == 0 {
                let ring = stride(from: 0, to: numbers.count, by: 2).map { SIMD2(numbers[$0], numbers[$0 + 1]) }
                shapes.append(AnnotatedShape(label: label, outline: .fractions([ring])))
            } else {
                throw Misread(
                    description: "is no YOLO outline in line \(number + 1): expected pairs of fractions, three at least"
                )
            }
        }
        return shapes
    }

    /// What classes are called; empty where nobody says so.
    private static func names(near folder: String) -> [String] {
        var place = FileSystem.absolute(folder)
        for _ in 0..<3 {
            for name in ["data.yaml", "data.yml", "dataset.yaml", "classes.txt", "obj.names"] {
                guard let bytes = try? Files.read(FileSystem.join(place, name)) else { continue }
                let lines = bytes.split { $0 == 0x0A || $0 == 0x0D }.map { String(decoding: $0, as: UTF8.self) }
                let names = name.hasSuffix("ml") ? yamlNames(lines) : lines.map(plain).filter { !$0.isEmpty }
                if !names.isEmpty { return names }
            }
            place = FileSystem.parent(place)
        }
        return []
    }

    /// The list behind `names:`, in brackets, as lines with dashes, or as lines with numbers.
    private static func yamlNames(_ lines: [String]) -> [String] {
        guard let head = lines.firstIndex(where: { $0.hasPrefix("names:") }) else { return [] }
        let rest = plain(String(lines[head].dropFirst("names:".count)))
        if rest.hasPrefix("[") {
            let text = ([rest] + lines[(head + 1)...].map(plain)).joined()
            let inside = text.dropFirst().prefix { $0 != "]" }
            return inside.split(separator: ",").map { plain(String($0)) }.filter { !$0.isEmpty }
        }
        var names: [String] = []
        for line in lines[(head + 1)...] {
            guard line.hasPrefix(" ") || line.hasPrefix("-") || line.hasPrefix("\t") else { break }
            let text = plain(line)
            if text.hasPrefix("- ") {
                names.append(plain(String(text.dropFirst(2))))
            } else if let colon = text.firstIndex(of: ":"), let number = Int(text[..<colon]), (0..<255).contains(number)
            {
                while names.count <= number { names.append("\(names.count)") }
                names[number] = plain(String(text[text.index(after: colon)...]))
            }
        }
        return names
    }

    /// Without blanks and quotes around it, and without a comment.
    private static func plain(_ text: String) -> String {
        func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" || character == "\r" }
        let uncommented = text.split(separator: " #", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        var inner = uncommented.drop(while: isBlank)
        while let last = inner.last, isBlank(last) { inner.removeLast() }
        if let first = inner.first, first == "\"" || first == "'", inner.last == first, inner.count > 1 {
            inner = inner.dropFirst().dropLast()
        }
        return String(inner)
    }
}
