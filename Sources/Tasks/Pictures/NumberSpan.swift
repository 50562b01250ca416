import Imaging
import PictureCode

/// The numbers of a picture that become 0 and 1; what lies between them becomes a fraction, what lies outside is cut.
package struct NumberSpan: Hashable, Sendable {
    package var low: Double
    /// Above `low`.
    package var high: Double
    /// Whether what lies outside is not cut.
    package var isOpen = false

    package init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }

    package static let bytes = NumberSpan(low: 0, high: 255)
    package static let words = NumberSpan(low: 0, high: 65535)
    /// Of floats, of which nothing else is known.
    package static let units = NumberSpan(low: 0, high: 1)

    package static func full(_ depth: SampleDepth) -> NumberSpan {
        switch depth {
        case .bytes: .bytes
        case .words: .words
        case .floats: .units
        }
    }

    /// A number as the net is fed; of a byte in its full range the same as dividing by 255, which rounds correctly.
    @inline(__always)
    func unit(_ number: some PictureNumber) -> Float {
        unetc_unit(number.float, Float(low), Float(high - low), isOpen ? 1 : 0)
    }

    var code: unetc_span { unetc_span(low: low, high: high) }

    /// How far above `low` a number is, cut to the span.
    package func steps(_ number: Double) -> Double { min(max(number, low), high) - low }
}

/// A number of a picture, of any depth.
protocol PictureNumber {
    static var depth: unetc_depth { get }
    var float: Float { get }
}

extension UInt8: PictureNumber {
    static var depth: unetc_depth { UNETC_DEPTH_BYTES }
    var float: Float { Float(self) }
}

extension UInt16: PictureNumber {
    static var depth: unetc_depth { UNETC_DEPTH_WORDS }
    var float: Float { Float(self) }
}

extension Float: PictureNumber {
    static var depth: unetc_depth { UNETC_DEPTH_FLOATS }
    var float: Float { self }
}
