import Imaging
import Tasks

/// Where a mask comes from.
package enum MaskSource: Hashable, Sendable {
    /// A picture whose values, or colours, are classes.
    case file(String)
    case drawn(DrawnMask)

    /// What messages name.
    package var file: String {
        switch self {
        case .file(let path): path
        case .drawn(let mask): mask.file
        }
    }

    /// Raw values at a size, those of palettes as their indices.
    /// - Parameter picture: the size of its picture, as seen.
    /// - Throws: `ImageError` for a file that cannot be used.
    package func values(
        width: Int, height: Int, of picture: PictureSize, _ decoding: DecodingOptions
    ) throws(ImageError) -> [UInt8] {
        switch self {
        case .file(let path): try SizedMask(path: path, width: width, height: height, options: decoding).values
        case .drawn(let mask): mask.bitmap(of: picture).resizedNearest(width: width, height: height).pixels
        }
    }
}
