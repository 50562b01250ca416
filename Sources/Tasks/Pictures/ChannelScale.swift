import PictureCode

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
    package init(_ moments: Moments, span: NumberSpan) { self.init(moments.scale(span)) }

    /// Makes numbers of a span what they are in the file.
    package init(undoing span: NumberSpan) { self.init(unetc_scale_undoing(span.code)) }

    private init(_ code: unetc_scale) { self.init(mean: code.mean, deviation: code.deviation) }

    fileprivate var code: unetc_scale { unetc_scale(mean: mean, deviation: deviation) }
}

extension [ChannelScale] {
    /// Scales planes of `area` numbers, one scale a plane; none leaves all as they are.
    package func apply(to planes: UnsafeMutablePointer<Float>, area: Int) {
        for (channel, scale) in enumerated() {
            unetc_scale_numbers(scale.code, planes + channel * area, area)
        }
    }
}
