import Imaging
import Tasks
import TrainerSupport

/// A mask file with a palette.
struct PaletteMask: Hashable, Sendable {
    var file: String
    var palette: [PaletteColor]
    /// The indices that occur in it, ascending.
    var used: [UInt8]

    fileprivate var colours: [PaletteColor] { used.map(palette.colour) }
}

/// What other masks of the data set, the task and the user say about values.
struct PaletteContext {
    var task: TrainingTask
    /// `--mask-map`.
    var map: MaskMap?
    /// What the masks without a palette hold.
    var others = MaskValues()

    /// The value of white where palettes are black and white: that of an object in what else there is.
    fileprivate var white: UInt8 {
        if let map { return map[1] == nil && map[255] != nil ? 255 : 1 }
        return task.classes == nil && others.contains(255) && !others.contains(1) ? 255 : 1
    }
}

extension PaletteRule {
    /// What the indices of masks mean.
    ///
    /// Where all palettes have the same colours at the indices that are used, indices mean themselves, and the colours are
    /// kept for masks that come later. Else colours decide: black and white mean background and object; grays
    /// of many shades are values; other colours have the index at which most files have them.
    ///
    /// - Returns: nil without masks.
    /// - Throws: `TrainerError` when palettes disagree and hold more colours than there are values.
    static func detected(_ masks: [PaletteMask], _ context: PaletteContext) throws -> PaletteRule? {
        guard !masks.isEmpty else { return nil }
        let votes = Votes(masks)
        let agrees = votes.agree(masks)
        let colours = votes.colours
        let isTold = masks.allSatisfy { Set($0.colours).count == $0.used.count }
        if isTold, colours.contains(.white), colours.allSatisfy({ $0 == .black || $0 == .white }) {
            let white = votes.indices(of: .white)
            let black = votes.indices(of: .black)
            // Indices that are as good as they are stay, so that they are what other programs show.
            let isUpright =
                agrees && white[0] > (black.first ?? 0) && (context.white == 1 || white[0] == context.white)
            if !isUpright {
                return .colours([Entry(value: 0, colour: .black), Entry(value: context.white, colour: .white)])
            }
        }
        if agrees {
            // One colour at several indices tells nothing apart.
            return colours.count == votes.indexCount ? .colours(votes.mostCommon) : .indices
        }
        let isGray = colours.allSatisfy { $0.gray != nil }
        if isGray, colours.count > (context.task.classes.map { $0.count + 1 } ?? 2) { return .grays }
        guard colours.count <= 256 else { throw tooMany(masks, colours.count) }
        return .colours(votes.mostCommon)
    }

    private static func tooMany(_ masks: [PaletteMask], _ count: Int) -> TrainerError {
        let most = masks.max { ($0.used.count, $1.file) < ($1.used.count, $0.file) }
        let example = most.map { "; \($0.file) alone holds \($0.used.count)" } ?? ""
        return TrainerError(
            "the palettes of the masks differ from file to file and hold \(count) colours together\(example)",
            hint: "colours that were smoothed or compressed tell no classes apart: save masks as PNG with one colour a "
                + "class, or as gray values")
    }

    /// How many files have which colour at which index.
    private struct Votes {
        private struct Place: Hashable {
            var index: UInt8
            var colour: PaletteColor
        }

        private var counts: [Place: Int] = [:]
        private var places: [PaletteColor: Set<UInt8>] = [:]

        init(_ masks: [PaletteMask]) {
            for mask in masks {
                for index in mask.used {
                    let colour = mask.palette.colour(index)
                    counts[Place(index: index, colour: colour), default: 0] += 1
                    places[colour, default: []].insert(index)
                }
            }
        }

        /// Ascending.
        var colours: [PaletteColor] { places.keys.sorted() }

        /// Ascending.
        func indices(of colour: PaletteColor) -> [UInt8] { (places[colour] ?? []).sorted() }

        /// How many indices are used.
        var indexCount: Int { Set(counts.keys.map(\.index)).count }

        /// Whether no index has two colours, and no colour two indices but where the palettes have it at both.
        func agree(_ masks: [PaletteMask]) -> Bool {
            guard counts.count == indexCount else { return false }
            let moving = places.filter { $0.value.count > 1 }
            guard !moving.isEmpty else { return true }
            return masks.allSatisfy { mask in
                Set(mask.colours).allSatisfy { colour in
                    (moving[colour] ?? []).allSatisfy { mask.palette.colour($0) == colour }
                }
            }
        }

        /// Each colour with the index at which most files have it, the most frequent first in their choice; colours whose
        /// indices are taken have the lowest that are free.
        var mostCommon: [Entry] {
            let order = counts.sorted { a, b in
                if a.value != b.value { return a.value > b.value }
                return (a.key.index, a.key.colour) < (b.key.index, b.key.colour)
            }
            var values: [PaletteColor: UInt8] = [:]
            var taken: Set<UInt8> = []
            for (place, _) in order where values[place.colour] == nil && taken.insert(place.index).inserted {
                values[place.colour] = place.index
            }
            var free = (0...UInt8.max).lazy.filter { !taken.contains($0) }.makeIterator()
            for (place, _) in order where values[place.colour] == nil { values[place.colour] = free.next() }
            return values.map { Entry(value: $0.value, colour: $0.key) }.sorted { $0.value < $1.value }
        }
    }
}
