/// Brings an RGB picture to another size while its rows come, as ``Bitmap/resizedBilinear(width:height:)`` does.
public final class BitmapResizer {
    private let plan: ResizePlan
    private let resizer: PictureResizer<UInt8>

    /// All sizes are positive.
    public init(width: Int, height: Int, newWidth: Int, newHeight: Int) {
        plan = ResizePlan(width: width, height: height, turn: .upright, newWidth: newWidth, newHeight: newHeight)
        resizer = PictureResizer(plan, channels: 3)
    }

    /// Takes the next row of `3 * width` samples; not to be called more than `height` times.
    public func push(_ row: [UInt8]) {
        precondition(row.count == 3 * plan.width, "not a row of this picture")
        row.withUnsafeBufferPointer { row in
            if let base = row.baseAddress { resizer.push(base) }
        }
    }

    /// The picture, once all rows have come.
    public func finish() -> Bitmap {
        Bitmap(width: plan.newWidth, height: plan.newHeight, channels: 3, pixels: resizer.finish())
    }
}
