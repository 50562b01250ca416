import Base
import Imaging
import Tasks

/// How many pixels of masks have which colour, for people to name them.
struct ColourShares {
    /// Black first, which is nearly always the background; then the most frequent ones.
    private let colours: [(colour: PaletteColor, count: Int)]

    private static let shownCount = 24

    init(_ counts: [PaletteColor: Int]) {
        colours = counts.map { (colour: $0.key, count: $0.value) }.sorted { a, b in
            if (a.colour == .black) != (b.colour == .black) { return a.colour == .black }
            return (b.count, a.colour) < (a.count, b.colour)
        }
    }

    /// `3 colours: #000000 (91.2 %), #804080 (6.1 %) and #6b8e23 (2.7 %)`.
    var text: String {
        let all = Double(max(1, colours.reduce(0) { $0 + $1.count }))
        let shown = colours.prefix(Self.shownCount).map { one in
            let share = Double(one.count) / all
            return "\(one.colour) (\(Text.fixed(100 * share, share < 0.01 ? 2 : 1)) %)"
        }
        return "\(Text.count(colours.count, "colour")): " + shown.joined(separator: ", ")
            + (colours.count > shown.count ? " and \(colours.count - shown.count) more" : "")
    }

    /// A `--mask-map` with all colours, to be given names.
    func suggestion(for task: TrainingTask) -> String {
        let count = task.classes?.count ?? 2
        guard colours.count <= Self.shownCount else {
            return
                "so many colours come from smoothed or compressed masks: save them as PNG with one colour a class, and "
                + "name the colours with --mask-map \"background=#000000,…\""
        }
        let names = colours.indices.map { place in
            place == 0 && colours[0].colour == .black ? "background" : task == .mask ? "object" : "class\(place)"
        }
        guard task == .mask else {
            let map = zip(names, colours).map { "\($0)=\($1.colour)" }.joined(separator: ",")
            let other = colours.count == count ? "" : ", so that there are the \(count) of the graph"
            return "give them names\(other): --mask-map \"\(map)\""
        }
        let ground = colours.prefix(1).map(\.colour.description).joined()
        let objects = colours.dropFirst().map(\.colour.description).joined(separator: "+")
        return "say which are background and which are object: --mask-map \"background=\(ground),object="
            + "\(objects.isEmpty ? "…" : objects)\""
    }
}
