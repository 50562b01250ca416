/// An opaque colour, sRGB.
public struct Color: Hashable, Sendable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8

    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    public static let white = Color(255, 255, 255)
    public static let black = Color(0, 0, 0)

    /// Colours that stay apart for colour-blind eyes (Okabe and Ito's, in an order for lines on white).
    public static let palette = [
        Color(0, 114, 178), Color(213, 94, 0), Color(0, 158, 115), Color(204, 121, 167), Color(230, 159, 0),
        Color(86, 180, 233), Color(90, 90, 90),
    ]

    /// The colour of the `index`-th series; the palette repeats.
    public static func series(_ index: Int) -> Color { palette[index % palette.count] }
}
