import Tasks
import TrainerSupport

/// Training on pieces of the pictures at a scale of their own, instead of on whole pictures at the net's size.
package struct PatchSettings: Hashable, Sendable {
    /// Pieces that are cut out of each training picture in an epoch.
    package var perPicture: Int
    /// What the sides of pictures are multiplied by; 1 for their own size.
    package var scale = 1.0

    package static let most = 65_536
    package static let scales = 0.01...16.0

    package init(perPicture: Int, scale: Double = 1.0) {
        self.perPicture = perPicture
        self.scale = scale
    }

    /// Pieces of a test picture that the loss is told of.
    static let testedPerPicture = 4

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
