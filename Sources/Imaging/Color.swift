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

    /// Colours of class maps. Any two differ by at least 19 units of CIELAB, also as eyes without red or green cones see
    /// them, and each as much from `void`.
    public static let classPalette = [
        Color(0, 153, 255), Color(255, 255, 0), Color(51, 0, 255), Color(153, 102, 0), Color(0, 0, 102),
        Color(102, 255, 204), Color(51, 0, 0), Color(204, 204, 255), Color(255, 204, 102), Color(0, 102, 153),
        Color(153, 153, 102), Color(0, 102, 255), Color(102, 51, 0), Color(204, 153, 0), Color(0, 0, 51),
        Color(0, 153, 153),
    ]

    /// What belongs to no class.
    public static let void = Color(96, 96, 96)

    /// The colour of a class; the palette repeats.
    public static func classColor(_ number: Int) -> Color { classPalette[number % classPalette.count] }

    /// The colour of the `index`-th series; the palette repeats.
    public static func series(_ index: Int) -> Color { palette[index % palette.count] }
}
