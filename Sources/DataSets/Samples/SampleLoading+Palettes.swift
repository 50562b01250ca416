import Imaging
import TrainerSupport

extension SampleLoading {
    /// Finds out what the indices of palette masks mean, and has the masks' facts say it.
    ///
    /// - Parameter given: what they mean, where a run knows it already.
    /// - Returns: nil without palette masks.
    /// - Throws: `TrainerError` for palettes of too many colours, and a mask with a colour that the given rule does not
    ///   know.
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
            } else {
                masks.append(PaletteMask(file: path, palette: mask.palette, used: mask.values.values))
            }
        }
        guard !masks.isEmpty, let rule = try given ?? PaletteRule.detected(masks, context) else { return given }
        for place in usable.indices {
            guard let mask = usable[place].facts.mask, !mask.palette.isEmpty else { continue }
            do {
                guard let table = try rule.table(mask.palette, used: mask.values.values) else { continue }
                usable[place].facts.mask?.take(table)
                usable[place].content.add(mask.palette)
            } catch {
                throw Self.unknown(error, in: usable[place].pair.mask ?? "", rule)
            }
        }
        return rule
    }

    private static func unknown(
        _ colour: PaletteRule.UnknownColour, in file: String, _ rule: PaletteRule
    ) -> TrainerError {
        TrainerError(
            "\(file): the mask's palette has \(colour.colour) at index \(colour.index), a colour without a meaning: in the "
                + "masks that the net was trained on, \(rule.words)",
            hint: "save the mask in those colours, or as gray PNG with the values")
    }
}
