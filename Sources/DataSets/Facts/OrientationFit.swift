import Imaging
import Tasks

/// How well the outlines of a mask lie on edges of its picture, for a picture with an orientation tag: turned as the tag
/// says, and as it is stored.
package struct OrientationFit: Hashable, Sendable {
    /// The mean difference of neighbours across the mask's outlines, over that of all neighbours.
    var turned: Double
    var stored: Double

    /// The larger of both by a tenth, which noise does not make of whole outlines; nil where neither is.
    package var better: Way? {
        if turned > 1.1 * stored { return .turned }
        if stored > 1.1 * turned { return .stored }
        return nil
    }

    package enum Way: Hashable, Sendable {
        case turned
        case stored
    }

    /// - Parameters:
    ///   - planes: the picture at the net's size; turned if `isTurned`, else as stored.
    ///   - mask: raw values at the mask's size, as they are read.
    /// - Returns: nil for masks without outlines and pictures without edges.
    init?(
        _ planes: SizedPicture.Samples, mask: [UInt8], _ shape: SampleShape, _ orientation: PictureOrientation,
        isTurned: Bool, isLossy: Bool
    ) {
        let picture = PicturePlanes(planes).units
        let slack = isLossy ? 32 : 0
        func score(_ way: PictureOrientation?) -> Double? {
            Edges(picture, mask, shape, way, slack).score
        }
        // A mask that fits the stored picture has to be turned as the picture was.
        guard let plain = score(nil), let other = score(isTurned ? orientation : orientation.inverse) else {
            return nil
        }
        (turned, stored) = isTurned ? (plain, other) : (other, plain)
    }

    /// Differences of neighbours in the picture, all together and across the outlines of a mask.
    private struct Edges {
        private var sum = 0.0
        private var count = 0
        private var outlineSum = 0.0
        private var outlineCount = 0

        var score: Double? {
            guard outlineCount > 0, sum > 0 else { return nil }
            return outlineSum / Double(outlineCount) / (sum / Double(count))
        }

        init(_ picture: [Float], _ mask: [UInt8], _ shape: SampleShape, _ way: PictureOrientation?, _ slack: Int) {
            let (width, height) = (shape.width, shape.height)
            let values = Self.values(mask, shape, way)
            for y in 0..<height {
                for x in 0..<width {
                    let place = y * width + x
                    if x + 1 < width { add(picture, values, place, place + 1, width * height, slack) }
                    if y + 1 < height { add(picture, values, place, place + width, width * height, slack) }
                }
            }
        }

        private mutating func add(
            _ picture: [Float], _ values: [UInt8], _ a: Int, _ b: Int, _ area: Int, _ slack: Int
        ) {
            var difference = 0.0
            for start in stride(from: 0, to: picture.count, by: area) {
                difference += Double(abs(picture[start + a] - picture[start + b]))
            }
            sum += difference
            count += 1
            guard abs(Int(values[a]) - Int(values[b])) > slack else { return }
            outlineSum += difference
            outlineCount += 1
        }

        /// The mask's value at each pixel of the picture, with the mask turned first.
        private static func values(_ mask: [UInt8], _ shape: SampleShape, _ way: PictureOrientation?) -> [UInt8] {
            (0..<shape.height).flatMap { y in
                (0..<shape.width).map { x in
                    var (u, v) = ((Double(x) + 0.5) / Double(shape.width), (Double(y) + 0.5) / Double(shape.height))
                    if let way { (u, v) = way.source(u, v) }
                    let column = min(Int(u * Double(shape.maskWidth)), shape.maskWidth - 1)
                    let row = min(Int(v * Double(shape.maskHeight)), shape.maskHeight - 1)
                    return mask[row * shape.maskWidth + column]
                }
            }
        }
    }
}

extension PictureOrientation {
    /// What undoes the turn.
    var inverse: PictureOrientation {
        switch self {
        case .turnedRight: .turnedLeft
        case .turnedLeft: .turnedRight
        default: self
        }
    }

    /// The place in the stored picture, from 0 to 1 to the right and down, of a place in the turned one.
    func source(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
        switch self {
        case .upright: (x, y)
        case .mirrored: (1 - x, y)
        case .upsideDown: (1 - x, 1 - y)
        case .flipped: (x, 1 - y)
        case .transposed: (y, x)
        case .turnedRight: (y, 1 - x)
        case .transversed: (1 - y, 1 - x)
        case .turnedLeft: (1 - y, x)
        }
    }
}
