import Imaging
import Tasks

/// A mask that is drawn from annotations whenever it is needed.
package struct DrawnMask: Hashable, Sendable {
    /// The file that holds the annotations.
    var file: String
    /// Of the picture that was annotated; nil where the file does not say so.
    var size: PictureSize?
    var shapes: [AnnotatedShape]
    /// What its labels are called.
    var labels: [String] = []
    /// The value of each label, once they are settled; its bit, where labels may overlap.
    var values: [UInt8] = []
    /// Whether what lies under a shape stays.
    var overlaps = false

    /// Draws it.
    /// - Parameter picture: the size of its picture, as seen.
    func bitmap(of picture: PictureSize) -> Bitmap {
        let own = size ?? picture
        var raster = ShapeRaster(own, overlaps: overlaps)
        for shape in shapes where values.indices.contains(shape.label) {
            raster.draw(shape.outline, value: values[shape.label])
        }
        return Bitmap(width: own.width, height: own.height, channels: 1, pixels: raster.pixels)
    }
}
