/// What is subtracted from a channel's numbers, of which 0 and 1 are the range's ends, and what they are then divided by.
package struct ChannelScale: Hashable, Sendable {
    package var mean: Double
    /// Above 0.
    package var deviation: Double

    package init(mean: Double, deviation: Double) {
        self.mean = mean
        self.deviation = deviation
    }

    /// That of a picture whose numbers are all the same is 1, for there is nothing to spread.
    package init(_ moments: Moments, span: NumberSpan) {
        let width = span.high - span.low
        let deviation = moments.deviation / width
        self.init(mean: (moments.mean - span.low) / width, deviation: deviation > 1e-12 ? deviation : 1)
    }

    /// Makes numbers of a span what they are in the file.
    package init(undoing span: NumberSpan) {
        self.init(mean: -span.low / (span.high - span.low), deviation: 1 / (span.high - span.low))
    }
}

extension [ChannelScale] {
    /// Scales planes of `area` numbers, one scale a plane; none leaves all as they are.
    package func apply(to planes: UnsafeMutablePointer<Float>, area: Int) {
        for (channel, scale) in enumerated() {
            let (mean, factor) = (Float(scale.mean), Float(1 / scale.deviation))
            for place in channel * area..<(channel + 1) * area { planes[place] = (planes[place] - mean) * factor }
        }
    }
}
