import Base
import Imaging
import Tasks
import Testing
import TrainerSupport
import TrainerTestSupport

@testable import DataSets

/// Masks that are drawn from outlines.
@Suite struct AnnotationTests {
    private let classes = SampleShape(
        channels: 3, height: 8, width: 8, task: .classes(ClassRange(count: 3, ignore: 9)))
    private let binary = SampleShape(channels: 3, height: 8, width: 8)

    /// A folder with pictures of 8 x 8 under `images/`.
    private func folder(_ pictures: [String], in place: String = "images") throws -> TestFolder {
        let folder = try TestFolder()
        try folder.folder(place)
        for name in pictures { try folder.writePicture("\(place)/\(name).png", width: 8, height: 8) }
        return folder
    }

    private func load(
        _ folder: TestFolder, _ shape: SampleShape, masks: String? = nil, map: String? = nil, labels: [String]? = nil,
        names: [String] = []
    ) throws -> LoadedSamples {
        let layout = try DataLayout.recognize(
            folder: folder.path, pictures: masks.map { _ in "images" }, masks: masks)
        let told = try map.map { try MaskMeaning(parsing: $0).settled(for: shape.task) }
        return try SampleLoading(shape: shape, threads: 2).load(
            layout, map: told?.map, labels: told?.labels ?? labels, names: names)
    }

    private func mask(_ loaded: LoadedSamples, _ index: Int = 0) -> [UInt8] { loaded.samples[index].kept?.mask ?? [] }

    /// 8 x 8 with a value in the columns `x` and rows `y`.
    private func square(_ x: Range<Int>, _ y: Range<Int>, _ value: UInt8 = 1, on ground: [UInt8]? = nil) -> [UInt8] {
        (0..<64).map { x.contains($0 % 8) && y.contains($0 / 8) ? value : ground?[$0] ?? 0 }
    }

    // MARK: Drawing

    /// The middle of each pixel, asked of each ring by itself.
    private func isInside(_ ring: [SIMD2<Double>], _ x: Double, _ y: Double) -> Bool {
        var isInside = false
        for (place, a) in ring.enumerated() {
            let b = ring[(place + 1) % ring.count]
            guard (a.y <= y) != (b.y <= y) else { continue }
            let (upper, lower) = a.y <= b.y ? (a, b) : (b, a)
            if upper.x + (y - upper.y) / (lower.y - upper.y) * (lower.x - upper.x) <= x { isInside.toggle() }
        }
        return isInside
    }

    /// Any rings, also those that cross themselves, lie outside, or have corners on the middles of pixels.
    @Test(arguments: 0..<40)
    func pixelsBelongToWhatHoldsTheirMiddle(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let size = PictureSize(width: 1 + random.index(below: 40), height: 1 + random.index(below: 30))
        let step = [1.0, 0.5, 0.001][Int(seed % 3)]
        func number(_ side: Int) -> Double {
            ((random.unit() * 1.6 - 0.3) * Double(side) / step).rounded() * step
        }
        let rings = (0...random.index(below: 3)).map { _ in
            (0..<3 + random.index(below: 9)).map { _ in SIMD2(number(size.width), number(size.height)) }
        }
        var raster = ShapeRaster(size)
        raster.draw(.rings(rings), value: 7)
        for place in raster.pixels.indices {
            let (x, y) = (Double(place % size.width) + 0.5, Double(place / size.width) + 0.5)
            let expected: UInt8 = rings.contains { isInside($0, x, y) } ? 7 : 0
            #expect(raster.pixels[place] == expected, "pixel \(x), \(y)")
        }
    }

    @Test func numbersOfAnySizeAreDrawn() {
        var raster = ShapeRaster(PictureSize(width: 4, height: 3))
        for number in [Double.infinity, -.infinity, .nan, 1e300, -1e300] {
            raster.draw(.rings([[SIMD2(number, 0), SIMD2(1, number), SIMD2(2, 2)]]), value: 1)
            raster.draw(.circle(centre: SIMD2(number, 1), radius: 2), value: 1)
            raster.draw(.circle(centre: SIMD2(1, 1), radius: number), value: 1)
        }
        raster.draw(.rings([[], [SIMD2(1, 1)], [SIMD2(0, 0), SIMD2(4, 3)]]), value: 1)
        var whole = ShapeRaster(PictureSize(width: 4, height: 3))
        whole.draw(.rings([[SIMD2(-1e9, -1e9), SIMD2(1e9, -1e9), SIMD2(1e9, 1e9), SIMD2(-1e9, 1e9)]]), value: 2)
        #expect(whole.pixels == Array(repeating: 2, count: 12))
    }

    @Test func circlesHoldWhatIsNearerThanTheirRadius() {
        var raster = ShapeRaster(PictureSize(width: 9, height: 7))
        let (centre, radius) = (SIMD2(4.2, 3.1), 2.6)
        raster.draw(.circle(centre: centre, radius: radius), value: 1)
        for place in raster.pixels.indices {
            let away = SIMD2(Double(place % 9) + 0.5, Double(place / 9) + 0.5) - centre
            #expect((raster.pixels[place] == 1) == ((away * away).sum() < radius * radius))
        }
    }

    /// By pycocotools 2.0.
    @Test(
        arguments: [
            ("061M010M114ON0M0", 7, 5, "11001001011000111001111100001111001"),
            (
                "2121O73HM81H10N70I0127NH0020O12OM110OO031MO1002ON1000O`02@O0O1", 9, 16,
                "010010000000101010101010110000101000000111110110000100101000001010001101111111101111100000111101001111110001"
                    + "111111100111101001111101100111101100"
            ),
        ])
    func runLengthsAreThoseOfCOCO(text: String, width: Int, height: Int, pixels: String) throws {
        let counts = try #require(RunLengths.counts(compressed: text))
        var raster = ShapeRaster(PictureSize(width: width, height: height))
        raster.draw(.runs(counts, raster.size), value: 1)
        #expect(raster.pixels.map(String.init).joined() == pixels)
        for cut in [String(text.dropLast()) + "o", text + "\u{7F}", "oooooooooooo", "~"] {
            #expect(RunLengths.counts(compressed: cut).map { $0.reduce(0, +) } != width * height)
        }
    }

    // MARK: COCO

    private static let images = """
        "images": [{"id": 7, "file_name": "some/folder/a.png", "width": 8, "height": 8},
          {"id": 3, "file_name": "b.png", "width": 8, "height": 8}, {"id": 9, "file_name": "gone.png"}]
        """

    private func coco(_ annotations: String, images: String = images, categories: String? = nil) -> [UInt8] {
        let known =
            categories ?? "{\"name\": \"dog\", \"id\": 18, \"supercategory\": \"x\"}, {\"id\": 2, \"name\": \"cat\"}"
        return Array(
            "{\"info\": {\"a\": [1, \"}\\\"\", null]}, \"annotations\": [\(annotations)], \(images), \"categories\": [\(known)]}"
                .utf8)
    }

    @Test func cocoIsDrawnInItsOrder() throws {
        let data = try folder(["a", "b"])
        let annotations = """
            {"id": 1, "image_id": 7, "category_id": 2, "iscrowd": 0, "bbox": [0, 0, 4, 4], "area": 16,
             "segmentation": [[0, 0, 4, 0, 4, 4, 0, 4], [6, 6, 8, 6, 8, 8, 6, 8]]},
            {"id": 2, "image_id": 7, "category_id": 18, "segmentation": [[2.0, 2e0, 5, 2, 5, 5, 2, 5]]},
            {"id": 3, "image_id": 7, "category_id": 18, "bbox": [0, 0, 1, 1], "segmentation": []},
            {"id": 4, "image_id": 3, "category_id": 2, "iscrowd": 1, "segmentation": {"size": [8, 8], "counts": [8, 4, 52]}}
            """
        try data.write("annotations.json", coco(annotations))
        let loaded = try load(data, classes)
        let first = square(6..<8, 6..<8, on: square(0..<4, 0..<4))
        #expect(mask(loaded) == square(2..<5, 2..<5, 2, on: first))
        #expect(mask(loaded, 1) == square(1..<2, 0..<4))
        #expect(
            loaded.findings.text.contains(
                "masks are drawn from COCO JSON: 1 is cat, 2 is dog; shapes that enclose nothing are left out: 1 box without "
                    + "outline; masks hold 0, 1, 2: all 3 classes"), "\(loaded.findings.text)")
        #expect(loaded.findings.classNames == ["background", "cat", "dog"])
        #expect(loaded.report.issues.map(\.reason) == ["annotates gone, which is not in \(data.file("images"))"])
        let object = try load(data, binary, masks: "annotations.json")
        #expect(mask(object) == mask(loaded).map { min($0, 1) })
        // Read again, and at the picture's own size.
        let reader = try #require(loaded.reader)
        #expect(try reader.read(loaded.samples[0]).mask == mask(loaded))
        let own = try reader.mask(of: loaded.samples[0], at: PictureSize(width: 8, height: 8))
        #expect((0..<8).flatMap(own.row) == mask(loaded))
    }

    /// As of masks in files, pieces hold what the whole does, and are known again.
    @Test func piecesAreCutOutOfWhatIsDrawn() throws {
        let data = try folder(["a", "b"])
        let one = "{\"image_id\": 7, \"category_id\": 2, \"segmentation\": [[1, 1, 6, 2, 7, 7, 2, 5]]}"
        let other = "{\"image_id\": 7, \"category_id\": 18, \"segmentation\": [[3, 3, 8, 3, 8, 6, 3, 6]]}"
        try data.write("annotations.json", coco(one + "," + other))
        let whole = mask(try load(data, classes))
        let layout = try DataLayout.recognize(folder: data.path, pictures: nil, masks: nil)
        let shape = SampleShape(channels: 3, height: 4, width: 4, task: classes.task)
        let loaded = try SampleLoading(
            shape: shape, threads: 1, cache: SampleCache(limit: 0), patches: PatchSettings(perPicture: 2, scale: 1)
        ).load(layout, map: nil)
        let reader = try #require(loaded.reader)
        let rects = [(0, 0), (3, 2), (4, 4)].map { PictureRect(columns: $0.0..<$0.0 + 4, rows: $0.1..<$0.1 + 4) }
        for (rect, piece) in zip(rects, try reader.pieces(rects, of: loaded.samples[0])) {
            let expected = rect.rows.flatMap { y in rect.columns.map { whole[y * 8 + $0] } }
            #expect(piece.mask == expected)
        }
    }

    @Test func compressedRunsAreDrawn() throws {
        let data = try folder(["a"])
        let images = "\"images\": [{\"id\": 1, \"file_name\": \"a.png\", \"width\": 7, \"height\": 5}]"
        let one = """
            {"image_id": 1, "category_id": 2, "segmentation": {"size": [5, 7], "counts": "061M010M114ON0M0"}}
            """
        try data.write("annotations.json", coco(one, images: images))
        let loaded = try load(data, SampleShape(channels: 3, height: 5, width: 7))
        #expect(mask(loaded).map(String.init).joined() == "11001001011000111001111100001111001")
    }

    @Test(
        arguments: [
            (
                "{\"image_id\": 7, \"category_id\": 5, \"segmentation\": [[0,0,1,0,1,1]]}",
                "is of category 5, which is not among"
            ),
            (
                "{\"image_id\": 7, \"category_id\": 2, \"segmentation\": {\"size\": [8, 8], \"counts\": [9, 9]}}",
                "make up their size"
            ),
            (
                "{\"image_id\": 7, \"category_id\": 2, \"segmentation\": {\"size\": [8, 8], \"counts\": \"~\"}}",
                "run lengths"
            ),
            ("{\"image_id\": 7.5}", "expected a whole number"), ("{\"image_id\": 7", "invalid JSON at byte"),
            ("[1]", "expected an object"),
        ])
    func nonsenseIsNamedWithItsPlace(annotation: String, expected: String) throws {
        let data = try folder(["a", "b"])
        try data.write("annotations.json", coco(annotation))
        let text = message { _ = try load(data, classes) }
        #expect(text.contains("annotations.json: ") && text.contains(expected), "\(text)")
    }

    @Test func runsOfAnotherSizeAreLeftOut() throws {
        let data = try folder(["a", "b"])
        let one = "{\"image_id\": 7, \"category_id\": 2, \"segmentation\": {\"size\": [2, 2], \"counts\": [0, 4]}}"
        let other = "{\"image_id\": 3, \"category_id\": 18, \"segmentation\": [[0, 0, 8, 0, 8, 4, 0, 4]]}"
        try data.write("annotations.json", coco(one + "," + other))
        let loaded = try load(data, classes)
        #expect(loaded.samples.map(\.name) == ["b"])
        #expect(loaded.report.issues.map(\.reason).joined().contains("run lengths of another size than image"))
    }

    // MARK: LabelMe

    private func labelMe(_ shapes: [(label: String, kind: String, points: String)], width: Int = 8) -> [UInt8] {
        let list = shapes.map {
            "{\"label\": \"\($0.label)\", \"points\": [\($0.points)], \"group_id\": null, \"shape_type\": \"\($0.kind)\", \"flags\": {}}"
        }
        return Array(
            ("{\"version\": \"5.4.1\", \"flags\": {}, \"shapes\": [" + list.joined(separator: ", ")
                + "], \"imagePath\": \"x\", \"imageData\": \"a\\\"b\", \"imageHeight\": 8, \"imageWidth\": \(width)}")
                .utf8)
    }

    @Test(arguments: ["beside", "apart"])
    func labelMeFilesAreDrawn(place: String) throws {
        let data = try folder(["a", "b", "c"], in: place == "apart" ? "images" : "all")
        let (folder, masks) = place == "apart" ? ("masks", "masks") : ("all", "all")
        if place == "apart" { try data.folder(masks) }
        try data.write(
            "\(folder)/a.json",
            labelMe([
                ("tree", "rectangle", "[6, 6], [2, 2]"), ("road", "polygon", "[0, 0], [8, 0], [8, 3], [0, 3]"),
                ("road", "line", "[0, 0], [8, 8]"), ("road", "point", "[1, 1]"),
                ("x", "linestrip", "[0, 0], [1, 1], [2, 2]"),
            ]))
        try data.write("\(folder)/b.json", labelMe([("tree", "circle", "[4, 4], [4, 6.5]")]))
        try data.write("\(folder)/c.json", Array("{\"shapes\": [".utf8))
        let layout = try DataLayout.recognize(
            folder: place == "apart" ? data.path : data.file("all"), pictures: nil, masks: nil)
        let loaded = try SampleLoading(shape: classes, threads: 1).load(layout, map: nil)
        #expect(mask(loaded) == square(0..<8, 0..<3, 1, on: square(2..<6, 2..<6, 2)))
        #expect(mask(loaded, 1).count { $0 == 2 } == 16)
        #expect(
            loaded.findings.text.contains(
                "masks are drawn from LabelMe JSON: 1 is road, 2 is tree; shapes that enclose nothing are left out: 1 line, "
                    + "1 linestrip, 1 point"), "\(loaded.findings.text)")
        #expect(loaded.report.issues.count == 1)
        #expect(loaded.report.issues[0].text.contains("c.json: is no LabelMe JSON: invalid JSON at byte"))
    }

    // MARK: YOLO

    @Test(
        arguments: [
            ("data.yaml", "path: x\nnames: ['road', \"tree\"]  # two\n"),
            ("data.yaml", "names:\n  0: road\n  1: tree\nnc: 2\n"),
            ("data.yaml", "names:\n- road\n- tree\r\nval: x\n"), ("labels/classes.txt", "road\ntree\n"),
        ])
    func yoloOutlinesAreDrawn(file: String, names: String) throws {
        let data = try folder(["a", "b", "c", "d"])
        try data.folder("labels")
        try data.write(file, Array(names.utf8))
        try data.write(
            "labels/a.txt",
            Array("1 0 0 0.5 0 0.5 0.5 0 0.5\r\n\n0 0.25 0.25 1 0.25 1.0 1 0.25 1\n1 0.5 0.5 1 1\n".utf8))
        try data.write("labels/b.txt", [])
        try data.write("labels/c.txt", Array("0 0.1 x\n".utf8))
        let loaded = try load(data, classes)
        #expect(mask(loaded) == square(2..<8, 2..<8, 1, on: square(0..<4, 0..<4, 2)))
        #expect(mask(loaded, 1) == square(0..<0, 0..<0))
        #expect(loaded.findings.text.contains("masks are drawn from YOLO outlines: 1 is road, 2 is tree"))
        #expect(
            loaded.report.issues.map(\.reason).sorted() == [
                "has no annotations in \(data.file("labels"))",
                "is no YOLO outline in line 1: expected a class from 0 to 254 and fractions",
            ])
    }

    // MARK: Labels

    private func labelled(_ labels: [String]) throws -> TestFolder {
        let data = try folder(["a"])
        try data.folder("masks")
        // A column each, the last column has none.
        let shapes = labels.enumerated().map { ($1, "rectangle", "[\($0), 0], [\($0 + 1), 8]") }
        try data.write("masks/a.json", labelMe(shapes.map { (label: $0.0, kind: $0.1, points: $0.2) }))
        return data
    }

    private func row(_ loaded: LoadedSamples) -> [UInt8] { Array(mask(loaded).prefix(8)) }

    @Test func labelsBecomeClasses() throws {
        let three = try labelled(["c", "a", "b", "__ignore__", "_background_"])
        #expect(
            message {
                _ = try load(three, SampleShape(channels: 3, height: 8, width: 8, task: .classes(ClassRange(count: 2))))
            }
            .contains("the annotations have 3 labels (a, b"))
        // As many classes as labels: what has none is left out.
        #expect(row(try load(three, classes)) == [2, 0, 1, 255, 255, 255, 255, 255])
        let four = SampleShape(channels: 3, height: 8, width: 8, task: .classes(ClassRange(count: 4, ignore: 4)))
        #expect(row(try load(three, four)) == [3, 1, 2, 255, 0, 0, 0, 0])
        #expect(row(try load(three, four, names: ["ground", "b", "c", "a"])) == [2, 3, 1, 255, 0, 0, 0, 0])
        #expect(row(try load(three, classes, map: "things=c+b,a=a")) == [1, 2, 1, 255, 0, 0, 0, 0])
        #expect(row(try load(three, classes, map: "1=a+b,2=c")) == [2, 1, 1, 255, 0, 0, 0, 0])
        #expect(row(try load(three, classes, map: "x=a,y=b,ignore=c")) == [255, 1, 2, 255, 0, 0, 0, 0])
        #expect(row(try load(try labelled(["b", "a"]), binary)) == [1, 1, 0, 0, 0, 0, 0, 0])
        #expect(
            row(try load(try labelled(["b", "a"]), binary, map: "background=b,thing=a")) == [0, 1, 0, 0, 0, 0, 0, 0])
    }

    /// A run knows its labels, whatever order other files have them in.
    @Test func labelsOfARunAreKept() throws {
        let data = try labelled(["c", "b"])
        #expect(row(try load(data, classes, labels: ["c", "b"])) == [1, 2, 0, 0, 0, 0, 0, 0])
        let text = message { _ = try load(data, classes, labels: ["b", "x"]) }
        #expect(text.contains("a.json: holds the label \"c\", expected b, x"), "\(text)")
    }

    @Test(
        arguments: [
            ("a=x,b=#000000", "expected colours, values or labels alone, found colours and labels"),
            ("a=x,b=3", "found values and labels"), ("a=x,b=x", "label \"x\" is listed twice"),
        ])
    func mapsOfLabelsAreChecked(text: String, reason: String) {
        let found = message { _ = try MaskMeaning(parsing: text) }
        #expect(found.contains(reason), "\(found)")
    }

    /// COCO lists all it knows; where that is more than the net learns, those count that are there.
    @Test func categoriesThatDoNotOccurAreLeftOutWhereTheyDoNotFit() throws {
        let data = try folder(["a", "b"])
        let many = (1...80).map { "{\"id\": \($0), \"name\": \"n\($0)\"}" }.joined(separator: ",")
        let shapes = [(7, 40, 0), (7, 9, 2)].map {
            "{\"image_id\": \($0.0), \"category_id\": \($0.1), \"segmentation\": [[\($0.2), 0, \($0.2 + 1), 0, \($0.2 + 1), 8, \($0.2), 8]]}"
        }
        try data.write("annotations.json", coco(shapes.joined(separator: ","), categories: many))
        #expect(row(try load(data, classes)) == [2, 0, 1, 0, 0, 0, 0, 0])
    }
}
