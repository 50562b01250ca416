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

    /// Colours of class maps: class 0, often the background, is pale, and those after it are apart in hue, the first ones the
    /// furthest. The least difference of two of them, or of one and `void`, by CIEDE2000: 20 among the first 12, 13 as eyes
    /// without red or green cones see them; 18 and 9 among 16; 14 and 6 among all 24.
    public static let classPalette = [
        Color(236, 236, 236), Color(136, 34, 255), Color(255, 238, 34), Color(102, 204, 255), Color(136, 68, 0),
        Color(238, 136, 136), Color(136, 136, 0), Color(102, 34, 102), Color(238, 0, 136), Color(204, 238, 170),
        Color(136, 136, 255), Color(0, 170, 170), Color(102, 204, 0), Color(0, 68, 170), Color(136, 0, 34),
        Color(0, 170, 102), Color(0, 136, 170), Color(204, 34, 68), Color(238, 170, 204), Color(0, 68, 34),
        Color(136, 102, 0), Color(0, 238, 255), Color(255, 204, 102), Color(102, 255, 204),
    ]

    /// What belongs to no class.
    public static let void = Color(96, 96, 96)

    /// The colour of a class; the palette repeats.
    public static func classColor(_ number: Int) -> Color { classPalette[number % classPalette.count] }

    /// The colour of the `index`-th series; the palette repeats.
    public static func series(_ index: Int) -> Color { palette[index % palette.count] }
}
