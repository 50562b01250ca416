import Imaging

/// A decoded picture at the net's size, and its own size.
struct PredictionInput: Sendable {
    var picture: [Float]
    var width: Int
    var height: Int
    /// The picture at its own size; nil where nobody needs it again.
    var original: Bitmap?

    static func read(_ path: String, _ shape: SampleShape) -> Result<PredictionInput, ImageError> {
        do throws(ImageError) {
            let bitmap = try decodePicture(path: path)
            let picture = bitmap.planes(of: shape).map(BatchMaker.unit)
            return .success(
                PredictionInput(
                    picture: picture, width: bitmap.width, height: bitmap.height,
                    original: shape.task.classes == nil ? nil : bitmap))
        } catch {
            return .failure(error)
        }
    }
}

/// What a net's output says about a picture.
enum Prediction {
    /// The mask of a picture at its own size: object (255) where the probability, interpolated, is at least one half,
    /// and background where the net says nothing.
    static func mask(_ logits: [Float], shape: SampleShape, width: Int, height: Int) -> Bitmap {
        let probability = Bitmap(
            width: shape.maskWidth, height: shape.maskHeight, channels: 1,
            pixels: shape.framed(logits.map { UInt8((255 * sigmoid(Double($0))).rounded()) }, outside: 0))
        let sized = probability.resizedBilinear(width: width, height: height)
        return Bitmap(width: width, height: height, channels: 1, pixels: sized.pixels.map { $0 >= 128 ? 255 : 0 })
    }

    /// The class numbers of a picture at its own size: the class whose logit, interpolated, is the largest.
    static func classes(_ logits: [Float], count: Int, shape: SampleShape, width: Int, height: Int) -> Bitmap {
        let sized = LogitMaps(values: logits, width: shape.maskWidth, height: shape.maskHeight)
        return Bitmap(
            width: width, height: height, channels: 1,
            pixels: sized.largest(classes: count, width: width, height: height))
    }

    /// The output of a net that learns pictures, cut to 0 ... 1, at the net's size.
    static func picture(_ output: [Float], shape: SampleShape) -> Bitmap {
        Bitmap(planes: output.map { UInt8((255 * min(max($0.isNaN ? 0 : $0, 0), 1)).rounded()) }, shape: shape)
    }
}

/// Logits `[classes, height, width]`, interpolated between the centres of their pixels.
private struct LogitMaps {
    var values: [Float]
    var width: Int
    var height: Int

    /// The two places that a place of another size lies between, and how near it is to the second.
    private struct Between {
        var first: Int
        var second: Int
        var share: Float
    }

    private static func places(from old: Int, to new: Int) -> [Between] {
        (0..<new).map { place in
            let exact = min(max((Double(place) + 0.5) * Double(old) / Double(new) - 0.5, 0), Double(old - 1))
            let first = Int(exact)
            return Between(first: first, second: min(first + 1, old - 1), share: Float(exact - Double(first)))
        }
    }

    /// The class of the largest logit at each pixel of a map of that size.
    func largest(classes: Int, width newWidth: Int, height newHeight: Int) -> [UInt8] {
        let columns = Self.places(from: width, to: newWidth)
        var result: [UInt8] = []
        result.reserveCapacity(newWidth * newHeight)
        for row in Self.places(from: height, to: newHeight) {
            result += ClassMap.largest(rowOfLogits(classes, row, columns), classes: classes)
        }
        return result
    }

    /// `[classes, columns]`.
    private func rowOfLogits(_ classes: Int, _ row: Between, _ columns: [Between]) -> [Float] {
        var logits: [Float] = []
        logits.reserveCapacity(classes * columns.count)
        for number in 0..<classes {
            let upper = (number * height + row.first) * width
            let lower = (number * height + row.second) * width
            for column in columns {
                let above = blend(values[upper + column.first], values[upper + column.second], column.share)
                let below = blend(values[lower + column.first], values[lower + column.second], column.share)
                logits.append(blend(above, below, row.share))
            }
        }
        return logits
    }

    private func blend(_ a: Float, _ b: Float, _ share: Float) -> Float { a + (b - a) * share }
}
