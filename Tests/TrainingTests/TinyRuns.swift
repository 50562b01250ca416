import Imaging
import Runtime

@testable import Training

/// Runs of the tiny net, through the command line.
enum TinyRuns {
    static func run(_ arguments: [String], model: Model? = nil) throws {
        let all = ["trainer"] + arguments
        try perform(parse(all), TrainerContext(model: try model ?? PixelModel.load(), arguments: all))
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
