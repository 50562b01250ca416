import Glibc

/// The squared error of reconstructed pictures, over all of them.
struct SquaredError: Hashable, Sendable {
    private var sum = 0.0
    private var count = 0

    /// Adds one picture: the output, cut to 0 ... 1 as it is written, against the picture's bytes.
    mutating func add(output: [Float], picture: [UInt8]) {
        var total = 0.0
        for (value, byte) in zip(output, picture) {
            let error = Double(min(max(value, 0), 1)) - Double(byte) / 255
            total += error * error
        }
        sum += total
        count += min(output.count, picture.count)
    }

    /// Peak signal to noise in dB, of a peak of 1; infinite without any error.
    var psnr: Double { -10 * log10(sum / Double(max(1, count))) }
}
