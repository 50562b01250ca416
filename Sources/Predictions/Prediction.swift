import Imaging
import Tasks

/// What a net's output says about a picture at the net's size.
package enum Prediction {
    /// The output of a net that learns pictures, cut to 0 ... 1, at the net's size.
    package static func picture(_ output: [Float], shape: SampleShape) -> Bitmap {
        Bitmap(planes: output.map { UInt8((255 * min(max($0.isNaN ? 0 : $0, 0), 1)).rounded()) }, shape: shape)
    }
}

/// What nets say of a picture, in their own size: the mean of what each says of the picture and of its mirror images.
struct PredictedMaps: Sendable {
    /// `[channels, height, width]`, 0 ... 1.
    private(set) var values: [Float]
    let channels: Int
    /// That of masks, or of pictures for nets that learn them.
    let size: PictureSize

    /// - Parameter outputs: one for each of the flips' passes, of several nets one after the other, `[channels, outputHeight, outputWidth]`. Where masks are
    ///   larger than that, nothing is said of their border: probability 0.
    init(_ outputs: [[Float]], flips: Flips, shape: SampleShape) {
        let (height, width) = (shape.outputHeight, shape.outputWidth)
        let channels = (outputs.first?.count ?? 0) / max(1, height * width)
        let said = outputs.enumerated().map { index, output in
            let pass = flips.passes[index % flips.passes.count]
            var values = output
            values.withUnsafeMutableBufferPointer { shape.task.makeValues(of: $0, channels: channels) }
            return flipped(values, height: height, width: width, columns: pass.columns, rows: pass.rows)
        }
        var mean = said.first ?? []
        for values in said.dropFirst() {
            for i in mean.indices { mean[i] += values[i] }
        }
        if said.count > 1 {
            for i in mean.indices { mean[i] /= Float(said.count) }
        }
        let area = height * width
        values =
            shape.hasMargin
            ? (0..<channels).flatMap { shape.framed(Array(mean[$0 * area..<($0 + 1) * area]), outside: 0) } : mean
        self.channels = channels
        size = PictureSize(width: shape.maskWidth, height: shape.maskHeight)
    }

    /// Calls `body` with each row `[channels, width]` of the maps at another size, from the top.
    func eachRow(of size: PictureSize, _ body: (UnsafeBufferPointer<Float>) throws -> Void) rethrows {
        let resampler = RowResampler(channels: channels, from: self.size, to: size)
        var row = [Float](repeating: 0, count: channels * self.size.width)
        for y in 0..<self.size.height {
            for channel in 0..<channels {
                let start = (channel * self.size.height + y) * self.size.width
                row.replaceSubrange(
                    channel * self.size.width..<(channel + 1) * self.size.width,
                    with: values[start..<start + self.size.width])
            }
            try row.withUnsafeBufferPointer { try resampler.push($0, emit: body) }
        }
    }
}
