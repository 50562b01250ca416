import Base
import Imaging
import Runtime
import TrainerTestSupport

@testable import Trainer

/// Runs of the tiny net, through the command line.
enum TinyRuns {
    static func run(_ arguments: [String], model: Model? = nil) throws {
        let all = ["trainer"] + arguments
        try perform(parse(all), TrainerContext(model: try model ?? PixelModel.load(), arguments: all))
    }

    /// Eight pictures that train and three that test, whose masks are as `isObject` says of test pictures.
    static func parted(
        size: Int = 16, isObject: (_ index: Int, _ x: Int, _ y: Int) -> Bool
    ) throws -> TestFolder {
        let folder = try TestFolder()
        for (part, count) in [("train", 8), ("val", 3)] {
            try folder.folder(part)
            try folder.folder(part + "annot")
            for index in 0..<count {
                var picture = Bitmap(width: size, height: size, channels: 3)
                var mask = Bitmap(width: size, height: size, channels: 1)
                var random = SplitMix64(seed: part == "val" ? 2 : 1, UInt64(index))
                for y in 0..<size {
                    for x in 0..<size {
                        let isThere = part == "val" ? isObject(index, x, y) : x > 4 + index % 3 && y > 5
                        for c in 0..<3 { picture[x, y, c] = UInt8(random.index(below: 120)) }
                        if isThere { picture[x, y, 0] += 100 }
                        mask[x, y] = isThere ? 255 : 0
                    }
                }
                try picture.writePNG(to: folder.file("\(part)/p\(index).png"))
                try mask.writePNG(to: folder.file("\(part)annot/p\(index).png"))
            }
        }
        return folder
    }

    /// Eleven pictures, red where there is object: eight train, three test, and of batches of three the last in an epoch
    /// is smaller.
    static func pictures() throws -> TestFolder {
        let folder = try TestFolder()
        try folder.folder("images")
        try folder.folder("masks")
        for index in 0..<11 {
            var picture = Bitmap(width: 16, height: 16, channels: 3)
            var mask = Bitmap(width: 16, height: 16, channels: 1)
            var random = SplitMix64(seed: 1, UInt64(index))
            for y in 0..<16 {
                for x in 0..<16 {
                    let isObject = x > 4 + index % 3 && y > 5
                    for c in 0..<3 { picture[x, y, c] = UInt8(random.index(below: 120)) }
                    if isObject { picture[x, y, 0] += 100 }
                    mask[x, y] = isObject ? 255 : 0
                }
            }
            try picture.writePNG(to: folder.file("images/p\(index).png"))
            try mask.writePNG(to: folder.file("masks/p\(index).png"))
        }
        return folder
    }
}
