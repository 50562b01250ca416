import Imaging

/// What the indices of palette masks mean, in all files of a data set alike.
///
/// Programs that edit or shrink PNG files number colours as they like, so that one class may have another index in each
/// file. A run remembers the rule that it was trained by, and later commands read masks by it.
package enum PaletteRule: Hashable, Sendable {
    /// Themselves, whatever their colours.
    case indices
    /// The value whose colour they have; in ascending order of the values, each of which has one colour.
    case colours([Entry])
    /// The value of their colour, as `--mask-map` has it, of masks in palettes, in RGB and in grays alike; other colours are
    /// an error.
    case told([Entry])
    /// How bright they are.
    case grays

    package struct Entry: Hashable, Sendable {
        var value: UInt8
        var colour: PaletteColor
    }

    /// The value of each index of a palette.
    ///
    /// - Parameters:
    ///   - palette: empty for a mask of grays.
    ///   - used: the indices that the mask holds.
    ///   - isIndexed: false where the file has no indices, only colours.
    /// - Returns: nil where each index that is used stands for itself.
    /// - Throws: `UnknownColour` when the mask holds a colour that has no value.
    func table(_ palette: [PaletteColor], used: [UInt8], isIndexed: Bool = true) throws(UnknownColour) -> [UInt8]? {
        var table = (0...UInt8.max).map { $0 }
        switch self {
        case .told(let entries):
            let grays = palette.isEmpty ? (0...UInt8.max).map { PaletteColor($0, $0, $0) } : palette
            return try Self.values(entries, of: grays, used: used)
        case .colours(let entries) where !isIndexed: return try Self.values(entries, of: palette, used: used)
        case .indices: return nil
        case .grays:
            for index in palette.indices { if let gray = palette[index].gray { table[index] = gray } }
            if let odd = used.first(where: { palette.colour($0).gray == nil }) {
                throw UnknownColour(index: odd, colour: palette.colour(odd))
            }
        case .colours(let entries):
            let own = Dictionary(entries.map { ($0.value, $0.colour) }, uniquingKeysWith: { first, _ in first })
            let values = Dictionary(entries.map { ($0.colour, $0.value) }, uniquingKeysWith: { first, _ in first })
            // Colours that the rule does not know may be further classes of the same palette.
            let fits = used.allSatisfy { index in
                let colour = palette.colour(index)
                return own[index].map { $0 == colour } ?? (values[colour] == nil)
            }
            if fits { return nil }
            for index in palette.indices {
                if let value = values[palette[index]] { table[index] = value }
            }
            for index in used where values[palette.colour(index)] == nil {
                throw UnknownColour(index: index, colour: palette.colour(index))
            }
        }
        return used.allSatisfy { table[Int($0)] == $0 } ? nil : table
    }

    /// The value of each colour of a palette, whatever its index.
    private static func values(
        _ entries: [Entry], of palette: [PaletteColor], used: [UInt8]
    ) throws(UnknownColour) -> [UInt8] {
        let values = Dictionary(entries.map { ($0.colour, $0.value) }, uniquingKeysWith: { first, _ in first })
        var table = [UInt8](repeating: 0, count: 256)
        for index in used {
            // What lies under transparent pixels is seen nowhere, but is what the file says.
            let colour = palette.colour(index)
            guard let value = values[colour] ?? values[colour.opaque] else {
                throw UnknownColour(index: index, colour: colour)
            }
            table[Int(index)] = value
        }
        return table
    }

    /// A mask holds a colour that the rule does not know.
    struct UnknownColour: Error, Hashable {
        var index: UInt8
        var colour: PaletteColor
    }
}

extension PaletteRule: CustomStringConvertible {
    private static let indicesWord = "indices"
    private static let graysWord = "grays"

    private static let toldWord = "told:"

    /// `indices`, `grays`, `0=#000000,1=#c81e1e`, or the same behind `told:`.
    package var description: String {
        switch self {
        case .indices: Self.indicesWord
        case .grays: Self.graysWord
        case .colours(let entries): Self.list(entries)
        case .told(let entries): Self.toldWord + Self.list(entries)
        }
    }

    private static func list(_ entries: [Entry]) -> String {
        entries.map { "\($0.value)=\($0.colour)" }.joined(separator: ",")
    }

    /// Reads what `description` wrote; nil for anything else.
    package init?(_ text: String) {
        switch text {
        case Self.indicesWord: self = .indices
        case Self.graysWord: self = .grays
        default:
            let isTold = text.hasPrefix(Self.toldWord)
            var entries: [Entry] = []
            for part in text.dropFirst(isTold ? Self.toldWord.count : 0).split(
                separator: ",", omittingEmptySubsequences: false)
            {
                let sides = part.split(separator: "=", omittingEmptySubsequences: false)
                guard sides.count == 2, let value = UInt8(sides[0]), let colour = PaletteColor(sides[1]) else {
                    return nil
                }
                entries.append(Entry(value: value, colour: colour))
            }
            self = isTold ? .told(entries) : .colours(entries)
        }
    }

    /// `0 is #000000, 1 is #c81e1e`, cut after twelve colours.
    package var words: String {
        let entries: [Entry]
        switch self {
        case .indices: return "colours mean nothing"
        case .grays: return "a value is how bright its gray is"
        case .colours(let own), .told(let own): entries = own
        }
        let shown = entries.prefix(12).map { "\($0.value) is \($0.colour)" }.joined(separator: ", ")
        return entries.count > 12 ? shown + " and \(entries.count - 12) more" : shown
    }
}

extension PaletteRule {
    /// Whether `--mask-map` said it.
    package var isTold: Bool { if case .told = self { true } else { false } }
}

extension PaletteColor {
    fileprivate var opaque: PaletteColor { PaletteColor(red, green, blue) }
}

extension [PaletteColor] {
    /// The colour of an index; black beyond the palette's end, as viewers show it.
    func colour(_ index: UInt8) -> PaletteColor { indices.contains(Int(index)) ? self[Int(index)] : .black }
}
