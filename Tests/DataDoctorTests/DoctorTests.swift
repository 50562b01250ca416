import Base
import Imaging
import Platform
import Tasks
import Testing
import TrainerTestSupport

@testable import DataDoctor
@testable import DataSets

/// What the doctor says of data sets that are broken in the ways in which they are broken.
@Suite struct DoctorTests {
    private let three = TrainingTask.classes(ClassRange(count: 3))

    @Test func goodDataIsGood() throws {
        let data = try DoctorFolder(30)
        let found = try data.diagnosis()
        #expect(found.isTrainable)
        #expect(found.codes == [])
        #expect(found.survey.training.count == 24 && found.survey.testing.count == 6)
        #expect(found.text.contains("pairs     30 of 30 pictures and 30 masks can be used\n"), "\(found.text)")
        #expect(found.text.contains("look like 0 and 255\n"), "\(found.text)")
        #expect(found.text.contains("meaning   --mask-map 0=0,1=255 (from the values)"), "\(found.text)")
        #expect(found.text.hasSuffix("A net can be trained on this: 0 errors, 0 warnings, 0 notes."), "\(found.text)")
    }

    // MARK: Files

    @Test func whatIsLeftOutIsNamed() throws {
        let data = try DoctorFolder(20)
        try data.folder.writePicture("images/lonely.png")
        try data.folder.writeMask("masks/orphan.png", left: 0, right: 255)
        try data.folder.write("images/notes.txt", Array("not a picture".utf8))
        try data.folder.write("images/p01.jpg", bytes(data.folder.file("images/p02.png")))
        try data.folder.write("images/empty.png", [])
        try data.folder.write("images/p03.png", Array(bytes(data.folder.file("images/p03.png")).prefix(70)))
        try data.folder.folder("images/more")
        let found = try data.diagnosis()
        #expect(found.isTrainable && found.survey.pairs.count == 19)
        #expect(found.finding(.pictureAlone)?.files == ["images/lonely.png"])
        #expect(found.finding(.maskAlone)?.files == ["masks/orphan.png"])
        #expect(found.finding(.foreign)?.files == ["images/notes.txt"])
        #expect(found.finding(.subfolders)?.files == ["images/more"])
        #expect(found.finding(.sameName)?.files == ["images/p01.png"])
        let unusable = found.findings.filter { $0.code == .unusable }.map { $0.words() }
        #expect(unusable.count == 2)
        #expect(unusable.contains { $0.hasPrefix("images/empty.png is empty") }, "\(unusable)")
        #expect(unusable.contains { $0.hasPrefix("images/p03.png is a damaged or truncated PNG") }, "\(unusable)")
        let strict = try data.diagnosis(strict: true)
        #expect(!strict.isTrainable && strict.finding(.foreign)?.severity == .error)
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything"))
    func filesWithoutLeaveToReadAreNamed() throws {
        let data = try DoctorFolder(20)
        chmod(data.folder.file("images/p04.png"), 0)
        let found = try data.diagnosis()
        #expect(found.words(.unusable) == "images/p04.png cannot be opened: Permission denied")
    }

    @Test(
        arguments: [
            ("1", "1x", "masks may be named NAMEx (\"1.png\" and \"1x.png\"): if that is so, give --mask-name \"{}x\""),
            ("1", "my1", "--mask-name \"my{}\""),
            ("Cell", "cell", "names differ in capitals (\"Cell.png\" and \"cell.png\")"),
        ])
    func otherNamesOfMasksAreUnderstood(picture: String, mask: String, advice: String) throws {
        let data = try DoctorFolder()
        try data.folder.writePicture("images/\(picture).png")
        try data.folder.writePicture("images/\(picture)0.png", red: 80)
        try data.folder.writeMask("masks/\(mask).png", left: 0, right: 1)
        let (core, rest) = mask == "1x" ? ("10x", "") : (mask, "0")
        try data.folder.writeMask("masks/\(core)\(rest).png", left: 0, right: 1)
        let found = try data.diagnosis()
        #expect(!found.isTrainable)
        #expect(found.words(.noPairs).contains(advice), "\(found.text)")
    }

    @Test func namesOfMasksThatWereFoundAreSaid() throws {
        let data = try DoctorFolder()
        for index in 1...4 {
            try data.folder.writePicture("images/\(index).png", red: UInt8(60 + index))
            try data.folder.writeMask("masks/\(index)_mask.png", left: 0, right: 1)
        }
        let found = try data.diagnosis()
        #expect(found.text.contains("4 of 4 pictures and 4 masks can be used, masks named NAME_mask"), "\(found.text)")
    }

    @Test func namesAreTakenAsTheyAre() throws {
        let data = try DoctorFolder()
        for (index, name) in ["1", "10", "11", "a b", "größe", "写真", "x.y", "UPPER"].enumerated() {
            try data.folder.writePicture("images/\(name).PNG", red: UInt8(60 + index))
            try data.folder.writeMask("masks/\(name).png", left: 0, right: 1)
        }
        let found = try data.diagnosis(map: nil, split: 0.5)
        #expect(found.survey.pairs.count == 8 && found.survey.report.issues.isEmpty, "\(found.text)")
    }

    @Test func pagesStayShort() throws {
        let data = try DoctorFolder(3)
        for index in 0..<80 {
            try data.folder.write("images/broken\(index).png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0])
            try data.folder.writeMask("masks/broken\(index).png", left: 0, right: 255)
            try data.folder.writePicture("images/lonely with a long name \(index).png")
        }
        let found = try data.diagnosis()
        #expect(found.text.split(separator: "\n", omittingEmptySubsequences: false).count <= 40)
        #expect(found.text.contains("72 more files cannot be used"), "\(found.text)")
        #expect(found.words(.pictureAlone).contains(" and 77 more"), "\(found.words(.pictureAlone))")
    }

    @Test func missingFoldersAreAnErrorOfTheData() throws {
        let folder = try TestFolder()
        try folder.folder("pictures")
        let found = try DataExamination(
            settings: DataSettings(folder: folder.path), seed: 0, net: nil, threads: 1
        ).diagnosis()
        #expect(!found.isTrainable && found.codes == ["error layout"])
        #expect(found.text.contains("expected images/ with annotations/trimaps/ or masks/"), "\(found.text)")
    }

    // MARK: Values of masks

    @Test(
        arguments: [
            ([0, 1], "0 and 1", "0=0,1=1"), ([0, 255], "0 and 255", "0=0,1=255"),
            ([1, 2, 3], "trimaps (1 object, 2 background, 3 border)", "0=2,1=1+3"),
            ([0, 128], "two values, 0 and 128", "0=0,1=128"),
            ([0, 1, 255], "0 and 1 in some files, 0 and 255 in others", "0=0,1=1+255"),
            (
                [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 90, 180],
                "0 and 255, smeared by JPEG or smoothing", "0=0-127,1=128-255"
            ),
        ] as [([UInt8], String, String)])
    func binaryMasksAreUnderstood(values: [UInt8], reading: String, map: String) throws {
        let data = try DoctorFolder(10)
        for index in 1...9 { try data.writeMask("p0\(index).png", values: values) }
        try data.writeMask("p10.png", values: values)
        let found = try data.diagnosis()
        #expect(found.survey.reading.text == reading)
        #expect(found.survey.reading.binaryMap(found.survey.maskValues)?.description == map)
        guard !found.isTrainable else {
            #expect(found.survey.map?.description == map)
            return
        }
        #expect(found.words(.maskValues).contains("--mask-map \(map)"), "\(found.words(.maskValues))")
        let mapped = try data.diagnosis(map: map)
        #expect(mapped.isTrainable, "\(mapped.text)")
    }

    @Test func jpegMasksAreCutBetweenTheirValues() throws {
        let data = try DoctorFolder(9)
        for index in 1...9 {
            data.remove("masks/p0\(index).png")
            try data.folder.write("masks/p0\(index).jpg", MaskFiles.jpeg)
        }
        let found = try data.diagnosis()
        #expect(!found.isTrainable)
        #expect(found.words(.maskValues).contains("cut between them: --mask-map 0=0-127,1=128-255"), "\(found.text)")
        let jpeg = found.words(.jpegMasks)
        #expect(jpeg.hasPrefix("9 masks are JPEGs, whose compression changes values: "), "\(jpeg)")
        #expect(jpeg.contains("are neither 0 nor 255"), "\(jpeg)")
        let mapped = try data.diagnosis(map: "0=0-127,1=128-255")
        #expect(mapped.isTrainable && mapped.finding(.jpegMasks)?.severity == .warning)
        // The disc that was compressed.
        let object = try #require(ClassBalance(mapped.survey)).counts[1]
        #expect((85...95).contains(object / mapped.survey.training.count), "\(object)")
    }

    @Test func masksWithOtherValuesAreNamed() throws {
        let data = try DoctorFolder(20)
        try data.writeMask("p07.png", values: [0, 255, 9])
        let found = try data.diagnosis()
        #expect(found.finding(.maskValues)?.files == ["masks/p07.png"], "\(found.text)")
        #expect(
            ContactSheet(found).cells.first == .init(index: 6, remarks: ["other values in the mask"], isWarned: true))
        let mapped = try data.diagnosis(map: "0=0,1=9")
        #expect(mapped.finding(.maskValues)?.pairs.count == 20 && mapped.finding(.maskValues)?.files == [])
    }

    private struct Encoding: Sendable, CustomTestStringConvertible {
        var name: String
        var file: [UInt8]
        var code: Finding.Code?
        var words: String
        var testDescription: String { name }
    }

    private static let encodings = [
        Encoding(name: "palette", file: MaskFiles.palette, words: ""),
        Encoding(name: "16 bits", file: MaskFiles.sixteenBits, words: ""),
        Encoding(
            name: "instances", file: MaskFiles.instances, code: .deepMasks,
            words: "10 masks have numbers above 255"),
        Encoding(name: "alpha", file: MaskFiles.alpha, code: .alphaMasks, words: "an alpha channel, which is not read"),
        Encoding(
            name: "photograph", file: MaskFiles.photograph, code: .maskValues,
            words: "were images and masks swapped?"),
    ]

    @Test(arguments: encodings)
    private func encodingsAreUnderstoodOrExplained(encoding: Encoding) throws {
        let data = try DoctorFolder(10)
        for index in 1...10 {
            try data.folder.write("masks/p\(index < 10 ? "0" : "")\(index).png", encoding.file)
        }
        let found = try data.diagnosis()
        guard let code = encoding.code else {
            #expect(found.isTrainable && found.codes == ["note few-pictures", "note no-tests"], "\(found.text)")
            return
        }
        #expect(found.words(code).contains(encoding.words), "\(found.text)")
    }

    @Test func masksOfFewBitsGetTheirMap() throws {
        let data = try DoctorFolder(10)
        for index in 1...10 {
            try data.folder.write("masks/p\(index < 10 ? "0" : "")\(index).png", MaskFiles.fourBits)
        }
        let found = try data.diagnosis(three)
        #expect(!found.isTrainable)
        #expect(found.words(.scaledMasks).contains("--mask-map 0=0,1=17,2=34"), "\(found.text)")
        #expect(try data.diagnosis(three, map: "0=0,1=17,2=34").isTrainable)
    }

    @Test func colouredMasksAreRefusedWithTheirColours() throws {
        let data = try DoctorFolder(8)
        let colours = Bitmap(
            width: 2, height: 1, channels: 3, pixels: [0, 0, 0, 128, 0, 0])
        try colours.writePNG(to: data.folder.file("masks/p03.png"))
        let found = try data.diagnosis()
        let words =
            "masks/p03.png: is a colour picture (RGB), and nothing says what the colours mean: there are 2 colours: "
            + "#000000 (50.0 %), #800000 (50.0 %)"
        #expect(!found.isTrainable && found.words(.maskValues).contains(words), "\(found.text)")
    }

    @Test(arguments: [UInt8(0), 1, 255])
    func masksWithoutObjectsAreAnError(value: UInt8) throws {
        let data = try DoctorFolder(10)
        for index in 1...10 { try data.writeMask("p\(index < 10 ? "0" : "")\(index).png", values: [value]) }
        let found = try data.diagnosis()
        #expect(found.isTrainable == (value != 0))
        #expect(found.finding(.noObject) != nil || found.finding(.fullMasks)?.files.count == 10, "\(found.text)")
    }

    // MARK: Contents

    @Test func emptyFullAndOddMasksAreNamed() throws {
        let data = try DoctorFolder(24)
        try data.writeMask("p01.png", values: [0])
        try data.writeMask("p02.png", values: [255])
        try data.folder.writeMask("masks/p03.png", left: 0, right: 255, width: 32, height: 32)
        try data.folder.writeMask("masks/p04.png", left: 0, right: 255, width: 64, height: 16)
        try data.writePicture("p05", shade: 5, width: 40, height: 20)
        try data.folder.writeMask("masks/p05.png", left: 0, right: 255, width: 20, height: 40)
        try Bitmap(width: 16, height: 16, channels: 3, fill: 9).writePNG(to: data.folder.file("images/p06.png"))
        let found = try data.diagnosis()
        #expect(found.isTrainable)
        #expect(found.finding(.emptyMasks)?.files == ["masks/p01.png"])
        #expect(found.finding(.fullMasks)?.files == ["masks/p02.png"])
        #expect(found.finding(.maskSize)?.files == ["masks/p03.png"])
        #expect(found.findings.filter { $0.code == .maskShape }.map(\.files) == [["masks/p05.png"], ["masks/p04.png"]])
        #expect(found.finding(.plainPictures)?.files == ["images/p06.png"])
        let sheet = ContactSheet(found)
        #expect(sheet.cells.count == 24)
        #expect(Set(sheet.cells.prefix(6).map(\.index)) == [0, 1, 2, 3, 4, 5], "\(sheet.cells)")
        #expect(sheet.cells.filter { !$0.remarks.isEmpty }.count == 6)
    }

    @Test func copiesAcrossTheSplitAreFound() throws {
        let data = try DoctorFolder(20)
        let first = bytes(data.folder.file("images/p01.png"))
        // In training, and in test; the same again in training, with another mask.
        try data.folder.write("images/p20.png", first)
        try data.folder.write("images/p05.png", bytes(data.folder.file("images/p06.png")))
        try data.writeMask("p06.png", values: [255, 0])
        let found = try data.diagnosis()
        #expect(found.finding(.duplicatesAcross)?.files == ["images/p01.png = images/p20.png"])
        #expect(found.finding(.duplicates)?.files == ["images/p05.png = images/p06.png"])
        #expect(found.finding(.contradictions)?.files == ["images/p05.png = images/p06.png"])
        #expect(try data.diagnosis(split: 1).finding(.duplicatesAcross) == nil)
    }

    /// Pictures count as equal by their pixels, whatever the file.
    @Test func copiesAreFoundByContent() throws {
        let folder = try TestFolder()
        func content(_ name: String, _ picture: Bitmap) throws -> UInt64? {
            try folder.write(name, picture.encodePNG())
            let pair = SamplePair(stem: name, picture: folder.file(name), mask: nil)
            return try DecodedPair(pair, shape, nil, DecodingOptions(), looksAtWhole: true).facts?.content
        }
        let picture = Bitmap(
            width: 16, height: 16, channels: 3, pixels: (0..<768).map { UInt8(truncatingIfNeeded: $0 * $0) })
        var other = picture
        other[15, 15, 2] ^= 128
        other[7, 15, 2] ^= 128
        let turned = Bitmap(width: 8, height: 32, channels: 3, pixels: picture.pixels)
        #expect(try content("a.png", picture) == content("b.png", picture))
        #expect(try content("a.png", picture) != content("b.png", other))
        #expect(try content("a.png", picture) != content("b.png", turned))
    }

    private let shape = SampleShape(channels: 3, height: 16, width: 16)

    @Test func smallPicturesAndLostObjectsAreNamed() throws {
        let data = try DoctorFolder(20)
        try data.add("small", shade: 40, side: 7)
        var mask = Bitmap(width: 64, height: 64, channels: 1)
        mask[1, 0] = 255
        try data.writePicture("p07", shade: 7, width: 64, height: 64)
        try mask.writePNG(to: data.folder.file("masks/p07.png"))
        let found = try data.diagnosis()
        #expect(found.finding(.smallPictures)?.files == ["images/small.png"])
        #expect(found.words(.lostObjects).hasPrefix("1 mask has an object too small for the net's size, 16x16"))
        #expect(found.finding(.lostObjects)?.files == ["masks/p07.png"])
        let all = try data.diagnosis(side: 128)
        #expect(all.words(.smallPictures).hasPrefix("20 pictures are less than half as large"), "\(all.text)")
        #expect(all.words(.smallPictures).contains("-D size=32"), "\(all.text)")
        #expect(try data.diagnosis(nil).finding(.smallPictures) == nil, "no net, no size")
    }

    @Test func rareObjectsGetAWeight() throws {
        let data = try DoctorFolder(20)
        for index in 1...20 {
            try data.writeMask("p\(index < 10 ? "0" : "")\(index).png", values: Array(repeating: 0, count: 15) + [255])
        }
        let found = try data.diagnosis()
        #expect(found.words(.rareObject).contains("pos_weight: 15"), "\(found.text)")
        #expect(found.text.contains("loss      loss bce_with_logits(logits, mask, pos_weight: 15)\n"), "\(found.text)")
        let inverted = try data.diagnosis(map: "0=255,1=0")
        #expect(inverted.words(.inverted).contains("--mask-map 0=0,1=255"), "\(inverted.text)")
    }

    @Test func classesAreWeighedByMedianFrequency() throws {
        let data = try DoctorFolder(20, object: 1)
        for index in 1...16 {
            let values: [UInt8] = index % 2 == 1 ? [0, 0, 0, 0, 0, 0, 0, 1] : [0, 0, 0, 0, 1, 1, 1, 1]
            try data.writeMask("p\(index < 10 ? "0" : "")\(index).png", values: values)
        }
        try data.writeMask("p16.png", values: [0, 0, 0, 0, 0, 0, 0, 2])
        let found = try data.diagnosis(three)
        let balance = try #require(ClassBalance(found.survey))
        // Class 2 is an eighth of the one mask that has it; classes 0 and 1 are counted over all and over 15 masks.
        #expect(balance.counts[2] == 32)
        let weights = try #require(balance.weights)
        let frequencies = [
            Double(balance.counts[0]) / Double(16 * 256), Double(balance.counts[1]) / Double(15 * 256), 0.125,
        ]
        let median = frequencies.sorted()[1]
        for (weight, frequency) in zip(weights, frequencies) { #expect(abs(weight - median / frequency) < 1e-12) }
        #expect(found.lossLine == "loss cross_entropy(logits, mask, weights: [0.42, 1.0, 2.4])")
        #expect(found.finding(.untestedClasses) != nil && found.isTrainable, "\(found.text)")
    }

    @Test(arguments: [(6, ["warning few-pictures", "note no-tests"]), (12, ["note few-pictures", "note no-tests"])])
    func fewPicturesAreNoted(count: Int, codes: [String]) throws {
        #expect(try DoctorFolder(count).diagnosis().codes == codes)
    }

    // MARK: Without a net

    @Test func whatIsLearnedIsGuessedWithoutANet() throws {
        let binary = try DoctorFolder(20)
        #expect(try binary.diagnosis(nil).survey.task == .mask)
        let classes = try DoctorFolder(20, object: 3)
        try classes.writeMask("p01.png", values: [0, 1, 2, 3])
        try classes.writeMask("p02.png", values: [0, 1, 2, 255])
        let found = try classes.diagnosis(nil)
        #expect(found.survey.task == .classes(ClassRange(count: 4, ignore: 255)) && found.isTrainable)
        #expect(found.text.contains("cross_entropy(logits, labels, ignore: 255, weights: ["), "\(found.text)")
        let named = try classes.diagnosis(nil, classNames: ["sky", "road", "car", "tree"])
        #expect(named.survey.task == .classes(ClassRange(count: 4, ignore: 255)))
        #expect(named.text.contains("1 (road): "), "\(named.text)")
    }

    // MARK: JSON and the sheet

    @Test func jsonHasItsKeys() throws {
        let data = try DoctorFolder(20)
        try data.writeMask("p03.png", values: [0])
        try data.folder.write("images/notes.txt", Array("no picture".utf8))
        let json = try JSON(parsing: try data.diagnosis().json)
        #expect(json["trainable"] == .bool(true) && json["pairs"]?.integer == 20)
        #expect(json["split"]?["train"]?.integer == 16 && json["split"]?["seed"]?.string == "0")
        #expect(json["masks"]?["map"]?.string == "0=0,1=255")
        #expect(json["masks"]?["values"]?["255"]?.integer == 19 * 128)
        #expect(json["pictures"]?["width"]?.array == [.integer(16), .integer(16)])
        #expect(json["left_out"]?.array?.first?["kind"]?.string == "foreign")
        let findings = try #require(json["findings"]?.array)
        #expect(
            findings.compactMap { $0["code"]?.string } == ["foreign-files", "few-pictures", "no-tests", "empty-masks"])
        for key in ["severity", "code", "message", "advice", "files"] {
            #expect(findings.allSatisfy { $0[key] != nil }, "\(key)")
        }
    }

    @Test func sheetsShowMasks() throws {
        let data = try DoctorFolder(2)
        let sheet = ContactSheet(try data.diagnosis(split: 0.5)).render()
        #expect(sheet.width == 10 + 6 * 186 && sheet.channels == 3)
        // Left half plain, right half tinted; the picture fills its cell.
        #expect(sheet[20, 60, 0] == sheet[20, 60, 1] && sheet[170, 60, 0] > sheet[170, 60, 1])
        let path = data.folder.file("sheet.png")
        try ContactSheet(try data.diagnosis(nil)).write(to: path)
        #expect(try decodePicture(path: path).width == sheet.width)
    }
}
