import Base
import FileAccess
import Imaging
import Platform
import Runtime
import TensorFiles
import Testing
import TrainerTestSupport

@testable import DataSets
@testable import Nets
@testable import Predictions
@testable import Tasks
@testable import Trainer
@testable import TrainerSupport

/// `trainer predict` with a net that says what can be worked out by hand: object where a pixel is red.
@Suite struct PredictCommandTests {
    private static let mask = ["TILED=1", "NAME=\"red\"", "HASH=\"red\""]
    private static let classes = ["TILED=1", "CLASSES=3", "NAME=\"three\"", "HASH=\"three\""]

    /// Logit 20 red - 10 of a mask; of three classes 20 red, 20 green and 10.
    private func weights(_ folder: TestFolder, classes: Bool = false) throws -> String {
        var writer = SafetensorsWriter()
        let count = classes ? 3 : 1
        try writer.add(
            "out.weight", shape: [count, 3, 1, 1], values: classes ? [20, 0, 0, 0, 20, 0, 0, 0, 0] : [20, 0, 0])
        try writer.add("out.bias", shape: [count], values: classes ? [0, 0, 10] : [-10])
        let path = folder.file("w.safetensors")
        try writer.write(to: path)
        return path
    }

    private func predict(_ folder: TestFolder, _ arguments: [String], classes: Bool = false) throws {
        let all =
            ["trainer", "predict", "--weights", try weights(folder, classes: classes), "--threads", "2"] + arguments
        let model = try PixelModel.load(classes ? Self.classes : Self.mask)
        try perform(parse(all), TrainerContext(model: model, arguments: all))
    }

    /// Every pixel another one.
    @discardableResult
    private func noise(_ path: String, width: Int, height: Int, seed: UInt64 = 1) throws -> Bitmap {
        var random = SplitMix64(seed: seed)
        let pixels = (0..<3 * width * height).map { _ in UInt8(random.index(below: 256)) }
        let bitmap = Bitmap(width: width, height: height, channels: 3, pixels: pixels)
        try FileWriter.write(path, bitmap.encodePNG())
        return bitmap
    }

    private func probability(_ red: UInt8) -> Double { 1 / (1 + exp(10 - 20 * Double(red) / 255)) }

    /// Files of a folder and those below, with their bytes.
    private func contents(_ folder: String) throws -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        for name in try FileSystem.names(in: folder) {
            let path = FileSystem.join(folder, name)
            if FileSystem.isFolder(path) {
                for (below, content) in try contents(path) { found[name + "/" + below] = content }
            } else {
                found[name] = bytes(path)
            }
        }
        return found
    }

    /// The mask of one picture and the overlay of another.
    @Test func everyFileHasOnePicture() throws {
        let folder = try TestFolder()
        try folder.folder("pics")
        try folder.folder("pics/overlays")
        for name in ["pics/a.png", "pics/overlays/a.png"] { try noise(folder.file(name), width: 9, height: 7) }
        let arguments = [folder.file("pics"), "--recursive", "--overlay", "--out", folder.file("out")]
        let text = message { try predict(folder, arguments) }
        #expect(text.contains("would both give"), "\(text)")
    }

    @Test(arguments: [(37, 21), (16, 16), (1, 1), (1, 40), (33, 1)])
    func tilesSayWhatTheNetSaysOfEachPixel(width: Int, height: Int) throws {
        let data = try TestFolder()
        let picture = try noise(data.file("a.png"), width: width, height: height)
        let red = (0..<width * height).map { picture.pixels[3 * $0] }
        try predict(
            data,
            [data.file("a.png"), "--tiles", "--probabilities", "16", "--overlay", "--out", data.file("out")])
        #expect(try decodeMask(path: data.file("out/a.png")).pixels == red.map { $0 >= 128 ? 255 : 0 })
        let deep = try decodeMask(path: data.file("out/probabilities/a.png"))
        for (found, value) in zip(deep.pixels, red) {
            #expect(abs(Double(found) - (65535 * probability(value)).rounded() / 256) <= 1)
        }
        let overlay = try decodePicture(path: data.file("out/overlays/a.png"))
        #expect(overlay.width == width && overlay.height == height)
        for (place, value) in red.enumerated() where value < 128 {
            #expect(overlay.pixels[3 * place..<3 * place + 3] == picture.pixels[3 * place..<3 * place + 3])
        }
    }

    @Test func picturesOfTheNetsSizeAreTheSameInTilesAndResized() throws {
        let data = try TestFolder()
        try noise(data.file("a.png"), width: 16, height: 16)
        for (isClasses, name) in [(false, "m"), (true, "c")] {
            let flags = [data.file("a.png"), "--probabilities", "8", "--overlay", "--out"]
            try predict(data, flags + [data.file(name + "0")], classes: isClasses)
            try predict(data, flags + [data.file(name + "1"), "--tiles"], classes: isClasses)
            try predict(data, flags + [data.file(name + "2"), "--flips", "hv", "--threads", "1"], classes: isClasses)
            try predict(data, flags + [data.file(name + "3"), "--flips", "h", "--tiles"], classes: isClasses)
            let first = try contents(data.file(name + "0"))
            #expect(first.count == (isClasses ? 5 : 3))
            // A net that looks at single pixels says the same of mirror images.
            for number in 1...3 { #expect(try contents(data.file("\(name)\(number)")) == first) }
        }
        #expect(FileSystem.isFile(data.file("c0/probabilities/2/a.png")))
    }

    @Test func resultsDoNotDependOnThreadsAndHaveTheirPicturesSizes() throws {
        let data = try TestFolder()
        try data.folder("in")
        for number in 0..<13 {
            try noise(
                data.file("in/p\(number).png"), width: 5 + 7 * number, height: 60 - 4 * number, seed: UInt64(number))
        }
        try data.write("in/broken.png", Array(bytes(data.file("in/p3.png")).dropLast(20)))
        for threads in ["1", "3"] {
            try predict(
                data, [data.file("in"), "--overlay", "--out", data.file("out" + threads), "--threads", threads])
        }
        let found = try contents(data.file("out1"))
        #expect(found.count == 26, "the broken picture is skipped")
        #expect(try contents(data.file("out3")) == found)
        #expect(try decodeMask(path: data.file("out1/p12.png")).width == 89)
        let strict = message { try predict(data, [data.file("in"), "--strict", "--out", data.file("strict")]) }
        #expect(strict.contains("broken.png: is a damaged or truncated PNG"), "\(strict)")
        try predict(data, [data.file("in"), "--tiles", "--out", data.file("tiles")])
        #expect(try contents(data.file("tiles")).count == 13)
    }

    @Test func thresholdsMoveTheBorder() throws {
        let data = try TestFolder()
        let picture = try noise(data.file("a.png"), width: 16, height: 16)
        try predict(data, [data.file("a.png"), "--threshold", "0.9", "--out", data.file("out")])
        let expected = (0..<256).map { probability(picture.pixels[3 * $0]) >= 0.9 ? UInt8(255) : 0 }
        #expect(try decodeMask(path: data.file("out/a.png")).pixels == expected)
    }

    @Test func picturesCanBeSeenSmaller() throws {
        let data = try TestFolder()
        try data.writePicture("a.png", width: 50, height: 31, red: 250)
        try predict(data, [data.file("a.png"), "--tiles", "--scale", "0.5", "--out", data.file("out")])
        let mask = try decodeMask(path: data.file("out/a.png"))
        #expect(mask.width == 50 && mask.height == 31 && Set(mask.pixels) == [255])
    }

    /// At the net's 16 x 16 noise would be gone; at its own size the net is right about every pixel, but for one.
    @Test func testsLookAtEveryPixelOfTheMasks() throws {
        let data = try TestFolder()
        try data.folder("images")
        try data.folder("masks")
        for number in 0..<3 {
            let picture = try noise(
                data.file("images/p\(number).png"), width: 40 + number, height: 23, seed: UInt64(number))
            var truth = (0..<picture.width * 23).map { picture.pixels[3 * $0] >= 128 ? UInt8(255) : 0 }
            if number == 1 { truth[100] = 255 - truth[100] }
            let mask = Bitmap(width: picture.width, height: 23, channels: 1, pixels: truth)
            try mask.writePNG(to: data.file("masks/p\(number).png"))
        }
        let model = try PixelModel.load(Self.mask)
        let shape = try NetInterface(model: model).shape
        let samples = try DataSet.load(
            DataSettings(folder: data.path, split: 0), .testing(nil), shape: shape, seed: 0, threads: 1, isStrict: true,
            console: Console(isQuiet: true)
        ).data
        let net = try TiledNet(model: model, threads: 1)
        try Checkpoint(path: weights(data)).restoreWeights(net.parameters)
        let evaluation = TiledEvaluation(
            prediction: TiledPrediction(net: net, shape: shape, style: PredictionStyle()), data: samples)
        let values = try #require(try evaluation.run(on: samples.testing, progress: { _ in })).values.compactMap(\.self)
        #expect(values[0] < 1 && values[0] > 0.999 && values[1] < values[0] && values[1] > 0.999, "\(values)")
    }

    /// A band of tiles is as wide as the picture.
    @Test func evaluationsKnowWhatTilesTake() throws {
        let data = try TestFolder()
        for folder in ["images", "masks"] { try data.folder(folder) }
        _ = try noise(data.file("images/wide.png"), width: 9000, height: 4)
        try Bitmap(width: 9000, height: 4, channels: 1).writePNG(to: data.file("masks/wide.png"))
        let model = try PixelModel.load(Self.mask)
        let shape = try NetInterface(model: model).shape
        var samples = try DataSet.load(
            DataSettings(folder: data.path, split: 0), .testing(nil), shape: shape, seed: 0, threads: 1, isStrict: true,
            console: Console(isQuiet: true)
        ).data
        samples.reader?.decoding.supervisor = DecodingSupervisor(bound: 300_000, most: 300_000)
        let prediction = TiledPrediction(
            net: try TiledNet(model: model, threads: 1), shape: shape, style: PredictionStyle())
        let text = message {
            _ = try TiledEvaluation(prediction: prediction, data: samples).run(on: samples.testing, progress: { _ in })
        }
        #expect(text.contains("images/wide.png: is so wide that a band of tiles takes"), "\(text)")
    }

    @Test func patternsAndFoldersOfFoldersAreFound() throws {
        let data = try TestFolder()
        try data.folder("in/deep/deeper")
        for name in ["a", "ab", "deep/a", "deep/deeper/a"] {
            try noise(data.file("in/\(name).png"), width: 9, height: 9)
        }
        try predict(data, [data.file("in/a?.png"), "--out", data.file("out")])
        #expect(try FileSystem.names(in: data.file("out")) == ["ab.png"])
        let none = message { try predict(data, [data.file("in/*.jpg"), "--out", data.file("out")]) }
        #expect(none.contains("in/*.jpg: no file has such a name"), "\(none)")
        // Twice, since results in a folder of pictures are not looked at.
        for _ in 0..<2 { try predict(data, [data.file("in"), "--recursive", "--out", data.file("in/masks")]) }
        #expect(
            try contents(data.file("in/masks")).keys.sorted() == ["a.png", "ab.png", "deep/a.png", "deep/deeper/a.png"])
        try data.folder("empty/in")
        let empty = message { try predict(data, [data.file("empty"), "--out", data.file("out")]) }
        #expect(empty.contains("--recursive looks into folders"), "\(empty)")
        try noise(data.file("empty/in/a.png"), width: 9, height: 9)
        let inside = message { try predict(data, [data.file("empty"), "--out", data.file("out")]) }
        #expect(inside.contains("found none; 1 picture is in 1 folder inside: in/"), "\(inside)")
    }

    /// A ring of background around a square of nine pixels: the middle is tinted, the others are outline.
    @Test func overlaysTintAndOutline() throws {
        let data = try TestFolder()
        let rows = try OverlayRows(data.file("o.png"), PictureSize(width: 5, height: 5), .mask)
        for y in 0..<5 {
            let labels = (0..<5).map { (1...3).contains($0) && (1...3).contains(y) ? UInt8(1) : 0 }
            try [Float](repeating: 0, count: 5).withUnsafeBufferPointer {
                try rows.append(
                    PredictedRow(values: $0, labels: labels, picture: [UInt8](repeating: 200, count: 15)))
            }
        }
        let overlay = try decodePicture(path: data.file("o.png"))
        func color(_ x: Int, _ y: Int) -> [UInt8] { (0..<3).map { overlay[x, y, $0] } }
        #expect(color(0, 0) == [200, 200, 200] && color(4, 2) == [200, 200, 200])
        for (x, y) in [(1, 1), (2, 1), (3, 2), (1, 3)] { #expect(color(x, y) == [255, 255, 0], "\(x) \(y)") }
        #expect(color(2, 2) == [125, 182, 221])
    }

    @Test func flagsThatMeanNothingAreRefused() throws {
        let data = try TestFolder()
        try noise(data.file("a.png"), width: 9, height: 9)
        let picture = [data.file("a.png"), "--out", data.file("out")]
        func fault(_ more: [String], classes: Bool = false) -> String {
            message { try predict(data, picture + more, classes: classes) }
        }
        #expect(fault(["--threshold", "0.4"], classes: true).contains("not a binary mask"))
        #expect(fault(["--tiles", "--flips", "hv"]).contains("use --flips h"))
        #expect(!fault(["--probabilities", "12"]).isEmpty && !fault(["--scale", "0.5"]).isEmpty)
        let plain = message {
            let all = ["trainer", "predict", "--weights", try weights(data), "--tiles"] + picture
            let model = try PixelModel.load(["NAME=\"red\"", "HASH=\"red\""])
            try perform(parse(all), TrainerContext(model: model, arguments: all))
        }
        #expect(plain.contains("has no plan for tiles") && plain.contains("without --tile none"), "\(plain)")
    }
}
