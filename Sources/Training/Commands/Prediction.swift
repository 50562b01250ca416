import Imaging

/// A decoded picture at the net's size, and its own size.
struct PredictionInput: Sendable {
    var picture: [Float]
    var width: Int
    var height: Int

    static func read(_ path: String, _ shape: SampleShape) -> Result<PredictionInput, ImageError> {
        do throws(ImageError) {
            let bitmap = try decodePicture(path: path)
            let picture = bitmap.planes(of: shape).map(BatchMaker.unit)
            return .success(PredictionInput(picture: picture, width: bitmap.width, height: bitmap.height))
        } catch {
            return .failure(error)
        }
    }
}

enum Prediction {
    /// The mask of a picture at its own size: object (255) where the probability, interpolated, is at least one half.
    static func mask(_ logits: [Float], shape: SampleShape, width: Int, height: Int) -> Bitmap {
        let probability = Bitmap(
            width: shape.maskWidth, height: shape.maskHeight, channels: 1,
            pixels: logits.map { UInt8((255 * sigmoid(Double($0))).rounded()) })
        let sized = probability.resizedBilinear(width: width, height: height)
        return Bitmap(width: width, height: height, channels: 1, pixels: sized.pixels.map { $0 >= 128 ? 255 : 0 })
    }
}
