import Base
import FileAccess
import Tasks
import TrainerSupport

extension AnnotationSet {
    /// A file a picture, of its name: `shapes` with a `label` each, of which polygons, rectangles and circles enclose something.
    /// Labels have no order but that of their names.
    init(labelMe paths: [String]) throws {
        self.init(.labelMe)
        var files: [(stem: String, file: LabelMeFile, path: String)] = []
        for path in paths {
            do {
                var file = LabelMeFile()
                try file.read(try Files.read(path))
                files.append((Self.stem(path), file, path))
            } catch let error as JSONError {
                faults.append(Fault(file: path, reason: "is no LabelMe JSON: \(error)"))
            } catch let error as FileError {
                faults.append(Fault(file: path, reason: error.message))
            }
        }
        labels = Set(files.flatMap { $0.file.shapes.map(\.label) }).sorted {
            $0.utf8.lexicographicallyPrecedes($1.utf8)
        }
        let places = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
        for (stem, file, path) in files {
            let shapes = file.shapes.map { AnnotatedShape(label: places[$0.label] ?? 0, outline: $0.outline) }
            masks[ExactText(stem)] = DrawnMask(file: path, size: file.size, shapes: shapes, labels: labels)
            skipped.merge(file.skipped, uniquingKeysWith: +)
        }
    }
}

private struct LabelMeFile {
    var size: PictureSize?
    var shapes: [(label: String, outline: Outline)] = []
    var skipped: [String: Int] = [:]

    mutating func read(_ bytes: [UInt8]) throws {
        var (width, height) = (0.0, 0.0)
        var hasShapes = false
        var reader = JSONReader(bytes)
        try reader.forEachMember { name, reader in
            switch name {
            case "shapes":
                hasShapes = true
                try reader.forEachElement { try readShape(&$0) }
            case "imageWidth" where reader.peek() != "n": width = try reader.number()
            case "imageHeight" where reader.peek() != "n": height = try reader.number()
            default: try reader.skip()
            }
        }
        try reader.end()
        guard hasShapes else { throw reader.fault("expected \"shapes\"") }
        size = try reader.size(Int(exactly: width) ?? -1, Int(exactly: height) ?? -1)
    }

    private mutating func readShape(_ reader: inout JSONReader) throws {
        var label = ""
        var kind = "polygon"
        var points: [SIMD2<Double>] = []
        try reader.forEachMember { name, reader in
            switch name {
            case "label": label = try reader.string()
            case "shape_type" where reader.peek() != "n": kind = try reader.string()
            case "points":
                try reader.forEachElement { reader in
                    var numbers: [Double] = []
                    try reader.forEachElement { numbers.append(try $0.number()) }
                    guard numbers.count == 2 else { throw reader.fault("expected points of two numbers") }
                    points.append(SIMD2(numbers[0], numbers[1]))
                }
            default: try reader.skip()
            }
        }
        guard let outline = Self.outline(kind, points) else {
            skipped[kind, default: 0] += 1
            return
        }
        shapes.append((label, outline))
    }

    /// nil for what encloses nothing.
    private static func outline(_ kind: String, _ points: [SIMD2<Double>]) -> Outline? {
        switch kind {
        case "polygon" where points.count > 2: return .rings([points])
        case "rectangle" where points.count == 2:
            let (a, b) = (points[0], points[1])
            return .rings([[a, SIMD2(b.x, a.y), b, SIMD2(a.x, b.y)]])
        case "rectangle" where points.count > 2: return .rings([points])
        case "circle" where points.count == 2:
            let away = points[1] - points[0]
            return .circle(centre: points[0], radius: (away * away).sum().squareRoot())
        default: return nil
        }
    }
}
