import Base

/// A colour of a palette, with what the file says of its transparency.
public struct PaletteColor: Hashable, Sendable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8
    /// 255 where it is opaque, as nearly all are.
    public var alpha: UInt8

    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8, alpha: UInt8 = 255) {
        self.red = red
        self.green = green
        self.blue = blue
        self.alpha = alpha
    }

    /// Red, green, blue and alpha from the highest byte down.
    init(bytes: UInt32) {
        self.init(
            UInt8(bytes >> 24), UInt8(truncatingIfNeeded: bytes >> 16), UInt8(truncatingIfNeeded: bytes >> 8),
            alpha: UInt8(truncatingIfNeeded: bytes))
    }

    public static let black = PaletteColor(0, 0, 0)
    public static let white = PaletteColor(255, 255, 255)

    /// How bright an opaque gray is; nil for other colours.
    public var gray: UInt8? { red == green && red == blue && alpha == 255 ? red : nil }
}

extension PaletteColor: Comparable {
    private var number: UInt32 { UInt32(red) << 24 | UInt32(green) << 16 | UInt32(blue) << 8 | UInt32(alpha) }

    /// By red, green, blue and alpha.
    public static func < (a: PaletteColor, b: PaletteColor) -> Bool { a.number < b.number }
}

extension PaletteColor: CustomStringConvertible {
    /// `#c81e1e`, or `#c81e1e80` where it is not opaque.
    public var description: String {
        let bytes = [red, green, blue] + (alpha == 255 ? [] : [alpha])
        return "#" + bytes.map(\.hexadecimal).joined()
    }

    /// Reads what `description` wrote; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let digits = text.dropFirst()
        guard text.first == "#", digits.utf8.count == 6 || digits.utf8.count == 8,
            digits.allSatisfy(\.isHexDigit), let number = UInt32(digits, radix: 16)
        else { return nil }
        let isOpaque = digits.utf8.count == 6
        self.init(bytes: isOpaque ? number << 8 | 255 : number)
    }
}
