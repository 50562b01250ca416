import Base
import Imaging
import TrainerSupport

extension SampleLoading {
    /// Finds out what the indices of palette masks mean, or looks up the colours of all masks where it is told, and has the
    /// masks' facts say it.
    ///
    /// - Parameter given: what they mean, where a run knows it already.
    /// - Returns: nil without palette masks.
    /// - Throws: `TrainerError` for palettes of too many colours, for RGB masks whose colours nobody has named, and a mask
    ///   with a colour that the given rule does not know.
    package func settlePalettes(
        of usable: inout [Usable], map: MaskMap?, given: PaletteRule? = nil
    ) throws -> PaletteRule? {
        guard shape.task.needsMasks else { return nil }
        var masks: [PaletteMask] = []
        var context = PaletteContext(task: shape.task, map: map)
        for one in usable {
            guard let path = one.pair.mask, let mask = one.facts.mask else { continue }
            if mask.palette.isEmpty {
                context.others.formUnion(mask.values)
            } else if mask.isIndexed {
                masks.append(PaletteMask(file: path, palette: mask.palette, used: mask.values.values))
            }
        }
        let rule = try given ?? (masks.isEmpty ? nil : PaletteRule.detected(masks, context))
        try checkColours(usable, rule)
        guard let rule else { return nil }
        for place in usable.indices {
            guard let mask = usable[place].facts.mask, !mask.palette.isEmpty || rule.isTold else { continue }
            do {
                let used = mask.values.values
                guard let table = try rule.table(mask.palette, used: used, isIndexed: mask.isIndexed) else { continue }
                usable[place].facts.mask?.take(table)
                usable[place].content.add(mask.palette)
            } catch {
                throw Self.unknown(error, in: usable[place].pair.mask ?? "", mask, rule)
            }
        }
        return rule
    }

    /// - Throws: `TrainerError` for RGB masks where nothing says what their colours mean.
    private func checkColours(_ usable: [Usable], _ rule: PaletteRule?) throws {
        switch rule {
        case .told, .colours: return
        case .indices, .grays, nil: break
        }
        let coloured = usable.filter { $0.facts.mask.map { !$0.isIndexed } ?? false }
        guard let first = coloured.first, let path = first.pair.mask else { return }
        var counts: [PaletteColor: Int] = [:]
        for mask in coloured.compactMap(\.facts.mask) {
            for index in mask.values.values {
                counts[mask.palette.colour(index), default: 0] += mask.values.count(of: index)
            }
        }
        let colours = ColourShares(counts)
        let which = coloured.count == 1 ? "a colour picture" : "one of \(coloured.count) masks in colours"
        throw TrainerError(
            "\(path): is \(which) (RGB), and nothing says what the colours mean: there are \(colours.text)",
            hint: colours.suggestion(for: shape.task))
    }

    private static func unknown(
        _ colour: PaletteRule.UnknownColour, in file: String, _ mask: MaskFacts, _ rule: PaletteRule
    ) -> TrainerError {
        guard !rule.isTold else {
            let place = mask.places.indices.contains(Int(colour.index)) ? mask.places[Int(colour.index)].text : ""
            let count = Text.count(mask.values.count(of: colour.index), "pixel")
            return TrainerError(
                "\(file): the colour \(colour.colour) (\(count)\(place)) is none of --mask-map: \(rule.words)",
                hint: mask.kind.format == .jpeg
                    ? "JPEG changes colours; save masks as PNG with one colour a class"
                    : "give it a class, such as road=#804080+\(colour.colour), or leave it out with ignore=\(colour.colour) if the "
                        + "graph's loss ignores a number")
        }
        guard mask.isIndexed else {
            return TrainerError(
                "\(file): the mask holds \(colour.colour), a colour without a meaning: in the masks that the net was "
                    + "trained on, \(rule.words)",
                hint: "save the mask in those colours, or as gray PNG with the values")
        }
        return TrainerError(
            "\(file): the mask's palette has \(colour.colour) at index \(colour.index), a colour without a meaning: in the "
                + "masks that the net was trained on, \(rule.words)",
            hint: "save the mask in those colours, or as gray PNG with the values")
    }
}

extension PixelPlace {
    /// `, the first in column 12 of row 40`.
    fileprivate var text: String { ", the first in column \(x + 1) of row \(y + 1)" }
}
