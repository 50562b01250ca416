import Base
import FileAccess
import Tasks
import TrainerSupport

extension AnnotationSet {
    /// One file for all pictures: `images`, `categories`, and `annotations` with polygons or run lengths. Categories are
    /// labels in the order of their ids. Crowds are drawn as their category.
    /// - Parameter names: of the pictures that there are, without extension; the outlines on others are not kept.
    /// - Throws: `TrainerError` that names the file, and what of it is none.
    init(coco path: String, names: Set<ExactText>) throws {
        var reading = COCOReading(wanted: names)
        do {
            try reading.read(try Files.read(path))
        } catch let error as JSONError {
            throw TrainerError("\(path): \(error)", hint: "expected COCO's JSON, or a folder of masks")
        } catch let error as FileError {
            throw TrainerError("\(error.path): \(error.message)", hint: error.hint)
        }
        guard !reading.images.isEmpty else {
            throw TrainerError(
                "\(path): lists no \"images\"", hint: "expected COCO's JSON with images, categories and annotations")
        }
        self.init(.coco)
        let categories = reading.categories.sorted { $0.key < $1.key }
        labels = categories.map(\.value)
        let places = Dictionary(uniqueKeysWithValues: categories.enumerated().map { ($1.key, $0) })
        skipped = reading.skipped
        var shapes: [Int: [AnnotatedShape]] = [:]
        for annotation in reading.annotations {
            guard let label = places[annotation.category] else {
                throw TrainerError(
                    "\(path): an annotation of image \(annotation.image) is of category \(annotation.category), which is not "
                        + "among the \"categories\"")
            }
            shapes[annotation.image, default: []].append(AnnotatedShape(label: label, outline: annotation.outline))
        }
        for (id, image) in reading.images.sorted(by: { $0.key < $1.key }) {
            let mask = DrawnMask(file: path, size: image.size, shapes: shapes[id] ?? [], labels: labels)
            let misfit = mask.shapes.contains { shape in
                if case .runs(_, let size) = shape.outline { size != image.size } else { false }
            }
            if misfit {
                faults.append(Fault(file: path, reason: "has run lengths of another size than image \(image.name)"))
            } else {
                masks[ExactText(FileSystem.stem(image.name))] = mask
            }
        }
    }
}

/// The lists of a COCO file, whatever their order.
private struct COCOReading {
    struct Image {
        var name: String
        var size: PictureSize?
        var isWanted = true
    }

    struct Annotation {
        var image = -1
        var category = -1
        var outline = Outline.rings([])
    }

    let wanted: Set<ExactText>
    var images: [Int: Image] = [:]
    var categories: [Int: String] = [:]
    var annotations: [Annotation] = []
    var skipped: [String: Int] = [:]

    init(wanted: Set<ExactText>) { self.wanted = wanted }

    mutating func read(_ bytes: [UInt8]) throws {
        var reader = JSONReader(bytes)
        try reader.forEachMember { name, reader in
            switch name {
            case "images": try reader.forEachElement { try readImage(&$0) }
            case "categories": try reader.forEachElement { try readCategory(&$0) }
            case "annotations": try reader.forEachElement { try readAnnotation(&$0) }
            default: try reader.skip()
            }
        }
        try reader.end()
    }

    private mutating func readImage(_ reader: inout JSONReader) throws {
        var id: Int?
        var image = Image(name: "")
        var (width, height) = (0, 0)
        try reader.forEachMember { name, reader in
            switch name {
            case "id": id = try reader.wholeNumber()
            case "file_name": image.name = FileName.text(of: Array(try reader.string().utf8))
            case "width": width = try reader.wholeNumber()
            case "height": height = try reader.wholeNumber()
            default: try reader.skip()
            }
        }
        image.size = try reader.size(width, height)
        image.isWanted = wanted.contains(ExactText(FileSystem.stem(image.name)))
        if let id { images[id] = image }
    }

    private mutating func readCategory(_ reader: inout JSONReader) throws {
        var id: Int?
        var label: String?
        try reader.forEachMember { name, reader in
            switch name {
            case "id": id = try reader.wholeNumber()
            case "name": label = try reader.string()
            default: try reader.skip()
            }
        }
        if let id { categories[id] = label ?? "\(id)" }
    }

    private mutating func readAnnotation(_ reader: inout JSONReader) throws {
        var annotation = Annotation()
        var outline: Outline?
        try reader.forEachMember { name, reader in
            switch name {
            case "image_id": annotation.image = try reader.wholeNumber()
            case "category_id": annotation.category = try reader.wholeNumber()
            case "segmentation": outline = try Self.outline(&reader)
            default: try reader.skip()
            }
        }
        guard let outline else {
            skipped["box without outline", default: 0] += 1
            return
        }
        // Images mostly come first.
        if let image = images[annotation.image], !image.isWanted { return }
        annotation.outline = outline
        annotations.append(annotation)
    }

    /// nil where there is none.
    private static func outline(_ reader: inout JSONReader) throws -> Outline? {
        switch reader.peek() {
        case "[":
            var rings: [[SIMD2<Double>]] = []
            try reader.forEachElement { reader in
                let numbers = try reader.numbers()
                rings.append(stride(from: 0, to: numbers.count - 1, by: 2).map { SIMD2(numbers[$0], numbers[$0 + 1]) })
            }
            return rings.isEmpty ? nil : .rings(rings)
        case "{": return try runs(&reader)
        default:
            try reader.skip()
            return nil
        }
    }

    private static func runs(_ reader: inout JSONReader) throws -> Outline? {
        var size: [Double] = []
        var counts: [Int]?
        try reader.forEachMember { name, reader in
            switch name {
            case "size": size = try reader.numbers()
            case "counts" where reader.peek() == "[":
                counts = try reader.numbers().map { Int(exactly: $0) ?? -1 }
            case "counts":
                let text = try reader.string()
                guard let read = RunLengths.counts(compressed: text) else {
                    throw reader.fault("expected COCO's run lengths")
                }
                counts = read
            default: try reader.skip()
            }
        }
        let sides = size.map { Int(exactly: $0) ?? 0 }
        guard let counts, sides.count == 2, sides.allSatisfy({ (1...(1 << 20)).contains($0) }),
            counts.allSatisfy({ (0...(1 << 40)).contains($0) }), counts.reduce(0, +) == sides[0] * sides[1]
        else { throw reader.fault("expected run lengths that make up their size") }
        return .runs(counts, PictureSize(width: sides[1], height: sides[0]))
    }
}

extension JSONReader {
    /// - Throws: `JSONError` for other values.
    fileprivate mutating func wholeNumber() throws -> Int {
        guard let number = Int(exactly: try number()) else { throw fault("expected a whole number") }
        return number
    }

    fileprivate mutating func numbers() throws -> [Double] {
        var numbers: [Double] = []
        try forEachElement { numbers.append(try $0.number()) }
        return numbers
    }
}
