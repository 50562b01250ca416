import Imaging
import Tasks
import TrainerSupport

/// Training on pieces of the pictures at a scale of their own, instead of on whole pictures at the net's size.
package struct PatchSettings: Hashable, Sendable {
    /// Pieces that are cut out of each training picture in an epoch.
    package var perPicture: Int
    /// What the sides of pictures are multiplied by; 1 for their own size.
    package var scale = 1.0

    package static let most = 4096
    package static let scales = 0.01...16.0

    package init(perPicture: Int, scale: Double = 1.0) {
        self.perPicture = perPicture
        self.scale = scale
    }

    /// Pieces of a test picture that the loss is told of: a third of them, too, lies around an object.
    static let testedPerPicture = 6

    /// What pieces take that wait for their turn, about.
    private static let waitingBytes = 512 << 20

    /// Pictures whose pieces are shuffled together: as many as have room for these pieces. It does not depend on how much
    /// memory there is, so that neither does the order.
    func group(_ shape: SampleShape) -> Int { max(1, Self.waitingBytes / Self.bytes(shape) / perPicture) }

    /// What a piece takes, about: of a window that is turned, what lies around it as well.
    private static func bytes(_ shape: SampleShape) -> Int { max(1, 2 * shape.sampleBytes) }

    /// What pieces take at most that wait for their turn, of pictures that are not in memory.
    package func waitingBytes(_ shape: SampleShape, pictures: Int) -> Int {
        min(group(shape), pictures) * perPicture * Self.bytes(shape)
    }

    /// Pixels that a picture may have at its scale, as many as one may have in its file.
    private static let mostPixels = 1 << 28

    /// - Throws: `ImageError` for a picture that the scale makes too large.
    func check(_ path: String, _ decoding: DecodingOptions) throws(ImageError) {
        guard scale > 1 else { return }
        let info = try PictureInfo(path: path, options: decoding)
        let size = PictureSize(width: info.width, height: info.height).scaled(by: scale)
        guard size.width > Self.mostPixels / size.height else { return }
        throw ImageError(
            file: path,
            message:
                "has \(size.text) pixels at --scale \(scale), more than the \(Self.mostPixels) allowed; use a smaller one"
        )
    }

    /// Why the embedded pictures cannot be cut.
    package var withoutPictures: TrainerError {
        TrainerError(
            "\(text): the embedded pictures are drawn at the net's size, so that there is nothing to cut",
            hint: "leave it out, or name other pictures with --data")
    }

    /// `--patches 16`, and `--scale 0.5` where that is not 1.
    package var text: String { "--patches \(perPicture)" + (scale == 1 ? "" : " --scale \(scale)") }
}

extension SampleShape {
    /// What a picture of that size of its own is decoded to: the net's size, or with pieces cut out of it that at their
    /// scale.
    package func decoded(_ own: PictureSize, _ patches: PatchSettings?) -> SampleShape {
        patches.map { resized(to: own.scaled(by: $0.scale)) } ?? self
    }
}
