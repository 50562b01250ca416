import Base
import DataSets

/// What came of a prediction.
package struct PredictionTally: Sendable {
    /// Pictures whose files are all there.
    package var written = 0
    /// Of these pictures.
    var pixels = 0
    /// Pictures that were left out.
    package var report = DataReport()
    /// True when a signal asked for the end before all pictures were done.
    package var isInterrupted = false

    /// `12.3 s, 48.7 pictures/s, 9.1 MPixel/s`.
    package func speed(seconds: Double) -> String {
        let time = max(seconds, 1e-6)
        let rate = Double(written) / time
        return "\(Text.fixed(seconds, 1)) s, \(Text.fixed(rate, rate < 10 ? 2 : 1)) pictures/s, "
            + "\(Text.fixed(Double(pixels) / time / 1e6, 2)) MPixel/s"
    }
}
