/// The numbers of a picture that become 0 and 1; what lies between them becomes a fraction, what lies outside is cut.
package struct NumberSpan: Hashable, Sendable {
    package var low: Int
    /// Above `low`.
    package var high: Int

    package init(low: Int, high: Int) {
        self.low = low
        self.high = high
    }

    package static let bytes = NumberSpan(low: 0, high: 255)
    package static let words = NumberSpan(low: 0, high: 65535)

    /// A number as the net is fed; of a byte in its full range the same as dividing by 255, which rounds correctly.
    @inline(__always)
    func unit(_ number: some BinaryInteger) -> Float {
        min(max((Float(number) - Float(low)) / Float(high - low), 0), 1)
    }

    /// How far above `low` a number is, cut to the span.
    package func steps(_ number: Int) -> Int { min(max(number, low), high) - low }
}
