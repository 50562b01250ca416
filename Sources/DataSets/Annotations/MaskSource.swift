import Imaging
import Tasks

/// Where a mask comes from.
package enum MaskSource: Hashable, Sendable {
    /// A picture whose values, or colours, are classes.
    case file(String)
    case drawn(DrawnMask)
    /// Pictures that say where labels are which may overlap.
    case labels(LabelPlanes)

    /// What messages name.
    package var file: String {
        switch self {
        case .file(let path): path
        case .drawn(let mask): mask.file
        case .labels(let planes): planes.file
        }
    }

    /// The mask at its own size, where that is made of other files than a mask; nil for a file that is one.
    /// - Parameter picture: the size of its picture, as seen.
    /// - Throws: `ImageError` for a file that cannot be used.
    func made(of picture: PictureSize, _ decoding: DecodingOptions) throws(ImageError) -> Bitmap? {
        switch self {
        case .file: nil
        case .drawn(let mask): mask.bitmap(of: picture)
        case .labels(let planes): try planes.bitmap(of: picture, decoding)
        }
    }

    /// Raw values at a size, those of palettes as their indices.
    /// - Parameter picture: the size of its picture, as seen.
    /// - Throws: `ImageError` for a file that cannot be used.
    package func values(
        width: Int, height: Int, of picture: PictureSize, _ decoding: DecodingOptions
    ) throws(ImageError) -> [UInt8] {
        guard let made = try made(of: picture, decoding) else {
            return try SizedMask(path: file, width: width, height: height, options: decoding).values
        }
        return made.resizedNearest(width: width, height: height).pixels
    }
}
