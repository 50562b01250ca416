extension Matching {
    /// The weight of a first convolution for another number of input channels, as segmentation_models_pytorch makes it
    /// (`patch_first_conv`): of one channel the sum of all; else channels in turn, times old over new, so that the results
    /// have about the size they had.
    /// - Parameters:
    ///   - values: of the shape [outputs, channels, …], row-major.
    ///   - channels: how many they are to be.
    public static func adapted(_ values: [Float], shape: [Int], channels: Int) -> [Float] {
        let (outputs, old) = (shape[0], shape[1])
        let area = shape[2...].reduce(1, *)
        var result = [Float](repeating: 0, count: outputs * channels * area)
        for output in 0..<outputs {
            for place in 0..<area {
                func value(_ channel: Int) -> Float { values[(output * old + channel) * area + place] }
                if channels == 1 {
                    // In Double, rounded once.
                    result[output * area + place] = Float((0..<old).reduce(0.0) { $0 + Double(value($1)) })
                    continue
                }
                for channel in 0..<channels {
                    result[(output * channels + channel) * area + place] =
                        value(channel % old) * (Float(old) / Float(channels))
                }
            }
        }
        return result
    }
}
