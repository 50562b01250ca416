import Base
import Imaging
import Platform
import Runtime
import Tasks
import TensorFiles
import TestSupport
import Testing
import TrainerSupport
import TrainerTestSupport

@testable import DataSets

/// Folders as users have them, good and bad.
@Suite struct DataFolderTests {
    private let shape = SampleShape(channels: 3, height: 16, width: 16)

    private func load(_ folder: TestFolder, map: MaskMap? = nil) throws -> LoadedSamples {
        let layout = try DataLayout.recognize(folder: folder.path, pictures: nil, masks: nil)
        return try SampleLoading(shape: shape, threads: 2).load(layout, map: map)
    }

    /// `images/` and `masks/` with the pictures named.
    private func plainFolder(_ names: [String]) throws -> TestFolder {
        let folder = try TestFolder()
        try folder.folder("images")
        try folder.folder("masks")
        for name in names {
            try folder.writePicture("images/\(name).png")
            try folder.writeMask("masks/\(name).png", left: 0, right: 255)
        }
        return folder
    }

    @Test func plainFoldersAreRead() throws {
        let folder = try plainFolder(["b", "a10", "a1"])
        let loaded = try load(folder)
        #expect(loaded.samples.map(\.name) == ["a1", "a10", "b"])
        #expect(loaded.report.issues.isEmpty)
        #expect(loaded.samples[0].kept?.mask[0..<16] == [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1])
        #expect(loaded.samples[0].kept?.picture.shown[0] == 90 && loaded.samples[0].kept?.picture.shown[256] == 40)
    }

    @Test func trimapsHaveTheirMap() throws {
        let folder = try TestFolder()
        try folder.folder("images")
        try folder.folder("annotations/trimaps")
        try folder.writePicture("images/cat.png")
        try folder.writeMask("annotations/trimaps/cat.png", left: 2, right: 3)
        let loaded = try load(folder)
        #expect(loaded.samples[0].kept?.mask[0..<16] == [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1])
        let text = message { _ = try load(folder, map: MaskMap(background: [2], object: [1])) }
        #expect(text.contains("cat.png: mask value 3 (128 pixels) is outside the map 0=2,1=1"), "\(text)")
    }

    @Test func twoFoldersCanBeNamed() throws {
        let folder = try TestFolder()
        try folder.folder("train")
        try folder.folder("trainannot")
        let layout = try DataLayout.recognize(folder: folder.path, pictures: "train", masks: "trainannot")
        let pair = DataFolders(pictures: folder.file("train"), masks: folder.file("trainannot"))
        #expect(layout == DataLayout(folders: [pair]))
        let absolute = try DataLayout.recognize(
            folder: nil, pictures: folder.file("train"), masks: folder.file("trainannot"))
        #expect(absolute == layout)
        let text = message {
            _ = try DataLayout.recognize(folder: folder.path, pictures: "train", masks: "nothing")
        }
        #expect(text.contains("nothing: expected a folder (--masks)"), "\(text)")
    }

    /// `train/`, `val/`, `test/` and their masks, as far as named.
    private func partedFolder(_ names: [String]) throws -> TestFolder {
        let folder = try TestFolder()
        for name in names { try folder.folder(name) }
        return folder
    }

    @Test(
        arguments: [
            (["train", "trainannot", "val", "valannot", "test", "testannot"], ["train", "val"], "test"),
            (["train", "trainannot", "val", "valannot"], ["train", "val"], "val"),
            (["train", "trainannot", "test", "testannot"], ["train", "test"], "test"),
            // Pictures that nobody has annotated test nothing.
            (["train", "trainannot", "val", "valannot", "test"], ["train", "val"], "val"),
        ] as [([String], [String], String)])
    func partsAreRecognised(names: [String], training: [String], evaluation: String) throws {
        let folder = try partedFolder(names)
        let layout = try DataLayout.recognize(folder: folder.path, pictures: nil, masks: nil)
        #expect(layout.isParted)
        #expect(layout.forTraining.folders.map(\.part?.rawValue) == training)
        let tested = try layout.forEvaluation(of: nil).folders
        #expect(tested.map(\.pictures) == [folder.file(evaluation)])
        #expect(tested.map(\.masks) == [folder.file(evaluation + "annot")])
        #expect(try layout.forEvaluation(of: .training).folders.map(\.part) == [.training])
    }

    @Test func trainingFoldersAloneAreStillToBeParted() throws {
        let folder = try partedFolder(["train", "trainannot"])
        let layout = try DataLayout.recognize(folder: folder.path, pictures: nil, masks: nil)
        #expect(!layout.isParted && layout.folders.map(\.pictures) == [folder.file("train")])
        #expect(message { _ = try layout.forEvaluation(of: .test) }.contains("the data is not parted"))
    }

    @Test func foldersOfPicturesDoForNetsWithoutMasks() throws {
        let folder = try partedFolder(["train", "val"])
        func layout(_ path: String) throws -> DataLayout {
            try DataLayout.recognize(folder: path, pictures: nil, masks: nil, needsMasks: false)
        }
        #expect(try layout(folder.path).folders.map(\.masks) == [nil, nil])
        try folder.writePicture("train/a.png")
        #expect(try layout(folder.file("train")).folders == [DataFolders(pictures: folder.file("train"))])
        let empty = message { _ = try layout(folder.file("val")) }
        #expect(empty.contains("val: expected pictures, images/, or train/ with val/ or test/, found no folders"))
    }

    @Test func findingsAreSaidInWords() throws {
        let folder = try plainFolder(["a", "b"])
        #expect(
            try load(folder).findings.text
                == "pictures of 16x16; masks hold 0, 255: 0 is background, 255 is object, 50.0 % of the pixels")
        try folder.writePicture("images/b.png", width: 8, height: 20)
        try folder.writeMask("masks/b.png", left: 7, right: 2, width: 8, height: 20)
        try folder.writeMask("masks/a.png", left: 2, right: 0)
        let task = TrainingTask.classes(ClassRange(count: 4, ignore: 7))
        let layout = try DataLayout.recognize(folder: folder.path, pictures: nil, masks: nil)
        let loaded = try SampleLoading(
            shape: SampleShape(channels: 3, height: 16, width: 16, task: task), threads: 2
        ).load(layout, map: nil)
        #expect(
            loaded.findings.text
                == "pictures of 2 sizes from 8x20 to 16x16; masks hold 0, 2, 7: 2 of the 4 classes, "
                + "19.2 % of the pixels are ignored")
        #expect(
            loaded.samples[1].kept?.mask[0..<16] == [255, 255, 255, 255, 255, 255, 255, 255, 2, 2, 2, 2, 2, 2, 2, 2])
    }

    /// A palette's colours are nobody's business: indices are class numbers.
    @Test func palettesAreReadAsNumbers() throws {
        let file = try TestFolder()
        try file.write("p.png", Self.palettePNG)
        #expect(try decodeMask(path: file.file("p.png")).pixels == [0, 3, 11, 1])
    }

    /// 2x2 of indices 0, 3, 11, 1 in a palette of twelve reds and blues, at 4 bits a pixel.
    private static let palettePNG: [UInt8] = [
        137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 2, 0, 0, 0, 2, 4, 3, 0, 0, 0, 128, 152,
        16, 23, 0, 0, 0, 36, 80, 76, 84, 69, 0, 0, 200, 200, 1, 0, 0, 2, 200, 200, 3, 0, 0, 4, 200, 200, 5, 0, 0, 6,
        200, 200, 7, 0, 0, 8, 200, 200, 9, 0, 0, 10, 200, 200, 11, 0, 73, 175, 16, 155, 0, 0, 0, 12, 73, 68, 65, 84,
        120, 156, 99, 96, 102, 216, 8, 0, 0, 190, 0, 181, 203, 116, 190, 43, 0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96,
        130,
    ]

    @Test(.enabled(if: sharedFolder() != nil, "the data beside the checkout is absent"))
    func streetsAreRead() throws {
        let root = try #require(sharedFolder())
        let layout = try DataLayout.recognize(folder: root + "/data/camvid", pictures: nil, masks: nil)
        #expect(layout.folders.map(\.part) == [.training, .validation])
        let counts = try layout.folders.map { folders in
            let pairing = try SamplePairing(folders)
            #expect(pairing.report.issues.isEmpty)
            return pairing.pairs.count
        }
        #expect(counts == [123, 34])
    }

    @Test func unknownLayoutsSayWhatIsThere() throws {
        let folder = try TestFolder()
        try folder.folder("pictures")
        let text = message { _ = try load(folder) }
        #expect(text.contains("expected images/ with annotations/trimaps/ or masks/"))
        #expect(text.contains("found pictures/"), "\(text)")
        #expect(text.contains("--images A --masks B"), "\(text)")
        let missing = message { _ = try DataLayout.recognize(folder: "/nowhere/at/all", pictures: nil, masks: nil) }
        #expect(missing.contains("there is nothing of that name"), "\(missing)")
    }

    @Test func badFilesAreNamedAndSkipped() throws {
        let folder = try plainFolder(["good", "cut", "gif", "twin"])
        try folder.write("images/cut.png", Array(bytes(folder.file("images/cut.png")).prefix(60)))
        try folder.write("images/gif.png", Array("8BPS and more of it".utf8))
        try folder.write("images/good.mat", Array("MATLAB 5.0 MAT-file".utf8))
        try folder.write("images/.hidden", [1])
        try folder.write("images/empty.jpg", [])
        try folder.writePicture("images/twin.jpg")
        try folder.writePicture("images/lonely.png")
        try folder.writeMask("masks/orphan.png", left: 0, right: 255)
        try folder.writePicture("images/badmask.png")
        try folder.write("masks/badmask.png", Array("no mask".utf8))
        let loaded = try load(folder)
        #expect(loaded.samples.map(\.name) == ["good", "twin"])
        let found = loaded.report.issues.map { FileSystem.name($0.file) }.sorted()
        #expect(
            found == [
                "badmask.png", "cut.png", "empty.jpg", "gif.png", "good.mat", "lonely.png", "orphan.png", "twin.png",
            ])
        let warning = try #require(loaded.report.warning)
        #expect(warning.hasPrefix("left out 8 of 15 files:\n"))
        #expect(warning.contains("images/gif.png: is a PSD, expected PNG, JPEG, TIFF"))
        #expect(warning.contains("images/lonely.png: has no mask"))
        #expect(warning.contains("masks/orphan.png: has no picture"))
        #expect(try #require(loaded.report.strictError).message.hasPrefix("8 of 15 files cannot be used"))
    }

    @Test func longReportsAreCut() throws {
        let report = DataReport(issues: (0..<25).map { DataIssue(file: "f\($0)", reason: "is bad") })
        let warning = try #require(report.warning)
        #expect(warning.split(separator: "\n").count == 12)
        #expect(warning.hasSuffix("and 15 more"))
    }

    @Test func namesThatDoNotMatchAreExplained() throws {
        let folder = try TestFolder()
        try folder.folder("images")
        try folder.folder("masks")
        #expect(message { _ = try load(folder) }.contains("images: expected picture files, found none"))
        try folder.writePicture("images/1.png")
        try folder.writeMask("masks/1_other.png", left: 0, right: 1)
        let text = message { _ = try load(folder) }
        #expect(text.contains("no picture in \(folder.file("images")) has a mask of the same name"), "\(text)")
        #expect(text.contains("\"1.png\" and \"1_other.png\""), "\(text)")
        #expect(text.contains("give --mask-name \"{}_other\""), "\(text)")
    }

    @Test func picturesOfAnySizeFit() throws {
        let folder = try TestFolder()
        try folder.folder("images")
        try folder.folder("masks")
        try folder.writePicture("images/a.png", width: 37, height: 5)
        try folder.writeMask("masks/a.png", left: 1, right: 0, width: 37, height: 5)
        let loaded = try load(folder)
        #expect(loaded.samples[0].kept?.picture.count == 3 * 256)
        #expect(loaded.samples[0].kept?.mask.count { $0 == 1 } == 128)
    }

    @Test(.enabled(if: sharedFolder() != nil, "the data beside the checkout is absent"))
    func petsAreRead() throws {
        let root = try #require(sharedFolder())
        let layout = try DataLayout.recognize(folder: root + "/data/pets", pictures: nil, masks: nil)
        let pairing = try SamplePairing(layout.folders[0])
        #expect(pairing.pairs.count == 600)
        let names = pairing.report.issues.map { FileSystem.name($0.file) }.sorted()
        #expect(names.filter { $0.hasSuffix(".mat") }.count == 3)
        // One picture is a GIF by another name, which is read.
        #expect(names.count == 3, "\(names)")
    }

    @Test(
        .enabled(if: sharedFolder() != nil, "the data beside the checkout is absent"),
        arguments: [("nuclei", 220), ("membranes", 30)])
    func otherFoldersAreRead(name: String, count: Int) throws {
        let root = try #require(sharedFolder())
        let layout = try DataLayout.recognize(folder: root + "/data/" + name, pictures: nil, masks: nil)
        let pairing = try SamplePairing(layout.folders[0])
        #expect(pairing.pairs.count == count)
        #expect(pairing.report.issues.isEmpty)
    }

    /// Decoded, resized and mapped by our own code, the pictures of PyTorch's trace are bit for bit its own.
    @Test(.enabled(if: sharedFolder() != nil, "the data beside the checkout is absent"))
    func picturesEqualThoseOfTheTrace() throws {
        let root = try #require(sharedFolder())
        let trace = try TensorFile(path: root + "/reference/trace_w8.safetensors")
        let json = try JSON(parsing: FileSystem.text(of: root + "/reference/trace_w8.json"))
        let names = try #require(json["images"]?.array).compactMap(\.string)
        let folder = try TestFolder()
        try folder.folder("images")
        try folder.folder("annotations/trimaps")
        for name in names {
            #expect(symlink(root + "/data/pets/images/\(name).jpg", folder.file("images/\(name).jpg")) == 0)
            let mask = "annotations/trimaps/\(name).png"
            #expect(symlink(root + "/data/pets/" + mask, folder.file(mask)) == 0)
        }
        let layout = try DataLayout.recognize(folder: folder.path, pictures: nil, masks: nil)
        let shape = SampleShape(channels: 3, height: 64, width: 64)
        let samples = try SampleLoading(shape: shape, threads: 2).load(layout, map: nil).samples
        let data = DataSet(shape: shape, training: samples, testing: [], reader: nil)
        let batch = try BatchMaker(data: data).batch(data.training)
        let pictures = try trace.floats("images").chunks(of: 3 * 64 * 64)
        let masks = try trace.floats("masks").chunks(of: 64 * 64)
        #expect(samples.count == names.count)
        for (index, sample) in samples.enumerated() {
            let place = try #require(names.firstIndex(of: sample.name))
            let isSamePicture = batch.pictures[index] == pictures[place]
            #expect(isSamePicture, "picture \(sample.name)")
            let isSameMask = batch.targets[index] == masks[place]
            #expect(isSameMask, "mask \(sample.name)")
        }
    }
}
