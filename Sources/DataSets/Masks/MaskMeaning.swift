import Base
import Imaging
import Tasks
import TrainerSupport

/// What `--mask-map` says: which values or colours of masks mean which class, by its number or by a name.
///
/// `0=2,1=1+3` maps values to numbers, as `MaskMap` does; `background=#000000,road=#804080+#8000ff` maps colours to classes that
/// are called so, in the order given, from class 0.
package struct MaskMeaning: Hashable, Sendable {
    private struct Entry: Hashable {
        /// A number, `ignore`, or the class's name.
        var name: String
        var values: [UInt8] = []
        var colours: [PaletteColor] = []
        /// What annotations call their objects.
        var labels: [String] = []

        var isIgnored: Bool { name == MaskMap.ignoreWord }
        var number: UInt8? { UInt8(name) }
        var isBackground: Bool { ["background", "bg", "_background_"].contains(name.lowercased()) }
    }

    private let text: String
    private var entries: [Entry] = []

    private var hasColours: Bool { entries.contains { !$0.colours.isEmpty } }
    private var hasLabels: Bool { entries.contains { !$0.labels.isEmpty } }
    private var isNamed: Bool { entries.contains { !$0.isIgnored && $0.number == nil } }

    /// What it comes to for a net.
    package struct Settled: Hashable, Sendable {
        package var map: MaskMap
        /// Which value stands for which colour; nil where masks hold values.
        package var colours: PaletteRule?
        /// What annotations call their objects, from value 1 on; nil where nobody speaks of them.
        package var labels: [String]?
        /// Of the classes, from class 0; empty where they have numbers.
        package var names: [String] = []
    }

    /// - Throws: `TrainerError` that says which part is wrong.
    package init(parsing text: String) throws {
        self.text = text
        let isPlain = text.split(separator: ",").allSatisfy { part in
            let name = part.prefix { $0 != "=" }
            let isNumbered = name == MaskMap.ignoreWord || name.allSatisfy(\.isNumber)
            return isNumbered && part.dropFirst(name.count).allSatisfy { $0.isNumber || "=+-".contains($0) }
        }
        if isPlain { _ = try MaskMap(parsing: text) }
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2, !sides[0].isEmpty else {
                throw fault("expected CLASS=COLOUR or CLASS=VALUE, found \"\(part)\"")
            }
            var entry = Entry(name: String(sides[0]))
            for word in sides[1].split(separator: "+", omittingEmptySubsequences: false) {
                if let colour = PaletteColor(word) {
                    entry.colours.append(colour)
                } else if let values = MaskMap.values(word) {
                    entry.values += Array(values)
                } else if !word.isEmpty, word.first != "#", !word.allSatisfy({ $0.isNumber || $0 == "-" }) {
                    entry.labels.append(String(word))
                } else {
                    throw fault("expected a colour such as #804080 or a value from 0 to 255, found \"\(word)\"")
                }
            }
            entries.append(entry)
        }
        try check()
    }

    private func check() throws {
        let kinds = [
            (hasColours, "colours"), (entries.contains { $0.values.contains { $0 != 0 } }, "values"),
            (hasLabels, "labels"),
        ].filter(\.0).map(\.1)
        let isMixed = kinds.count > 1 || (hasColours && entries.contains { !$0.values.isEmpty })
        if isMixed {
            throw fault("expected colours, values or labels alone, found \(kinds.joined(separator: " and "))")
        }
        var labels: Set<String> = []
        for label in entries.flatMap(\.labels) where !labels.insert(label).inserted {
            throw fault("label \"\(label)\" is listed twice")
        }
        var colours: Set<PaletteColor> = []
        var values: Set<UInt8> = []
        for entry in entries {
            for colour in entry.colours where !colours.insert(colour).inserted {
                throw fault("colour \(colour) is listed twice")
            }
            for value in entry.values where !values.insert(value).inserted {
                throw fault("value \(value) is listed twice")
            }
        }
        guard labels.count < 255 else { throw fault("expected at most 254 labels, found \(labels.count)") }
        guard colours.count <= 256 else { throw fault("expected at most 256 colours, found \(colours.count)") }
        guard isNamed else {
            if let entry = entries.first(where: { $0.number == ClassRange.void }) {
                throw fault("expected a class from 0 to 254 or \"\(MaskMap.ignoreWord)\", found \"\(entry.name)\"")
            }
            return
        }
        if let entry = entries.first(where: { $0.number != nil }) {
            throw fault("expected names or numbers of classes, found both, such as \"\(entry.name)\"")
        }
        var names: Set<String> = []
        for entry in entries where !names.insert(entry.name).inserted {
            throw fault("class \"\(entry.name)\" is listed twice")
        }
    }

    private func fault(_ reason: String, hint: String? = nil) -> TrainerError {
        TrainerError(
            "mask map \"\(text)\": \(reason)",
            hint: hint
                ?? "\"background=#000000,road=#804080,tree=#6b8e23+#98fb98\" names classes by colours, in the order of "
                + "the graph's classes; \"0=2,1=1+3\" means: value 2 is class 0, values 1 and 3 are class 1")
    }

    /// What it means for a net.
    ///
    /// Where there is a name fewer than classes, and nobody speaks of black (or of value 0), that is the background, class 0.
    /// - Parameter task: nil where no net is known.
    /// - Throws: `TrainerError` when the net has other classes.
    package func settled(for task: TrainingTask?) throws -> Settled {
        if let range = task?.labels, !hasLabels {
            throw fault(
                "the net learns \(range.count) labels that overlap, whose masks have one value each, found "
                    + (hasColours ? "colours" : "values"),
                hint:
                    "labels of files or annotations are joined by their names, such as \"nucleus=nuc+nuclei,membrane=mem\"; "
                    + "--classes gives the names alone")
        }
        let (entries, names) = try isNamed ? numbered(task) : (entries, [])
        var map = MaskMap(background: [], object: [])
        var colours: [PaletteRule.Entry] = []
        var labels: [String] = []
        if hasLabels, task?.labels == nil, !entries.contains(where: { $0.values.contains(0) }) {
            // What nobody has outlined is background, or where that is a class with labels, left out.
            let isTaken =
                task != .mask && entries.contains { $0.number == 0 } && !self.entries.contains(where: \.isBackground)
            map.classes[0] = !isTaken ? 0 : task?.classes?.ignore == nil ? nil : ClassRange.void
        }
        if hasLabels, task?.classes?.ignore != nil { map.classes[Int(ClassRange.void)] = ClassRange.void }
        guard entries.reduce(0, { $0 + $1.colours.count }) <= 256,
            entries.allSatisfy({ $0.number ?? 0 < ClassRange.void })
        else {
            throw fault("expected at most 256 colours and \(ClassRange.maximumCount) classes, the background included")
        }
        for entry in entries {
            let number = entry.isIgnored ? ClassRange.void : entry.number ?? 0
            for value in entry.values { map.classes[Int(value)] = number }
            for label in entry.labels {
                labels.append(label)
                map.classes[labels.count] = number
            }
            for colour in entry.colours {
                map.classes[colours.count] = number
                colours.append(PaletteRule.Entry(value: UInt8(colours.count), colour: colour))
            }
        }
        if let task { map = try map.fitted(to: task) }
        return Settled(
            map: map, colours: colours.isEmpty ? nil : .told(colours), labels: labels.isEmpty ? nil : labels,
            names: names)
    }

    /// The entries with numbers in place of names, and the names in the order of these numbers.
    private func numbered(_ task: TrainingTask?) throws -> (entries: [Entry], names: [String]) {
        var classes = entries.filter { !$0.isIgnored }
        let count = task == .mask ? 2 : task?.partCount
        // Of labels that overlap a pixel may have none.
        let speaksOfGround =
            task?.labels != nil || entries.contains { $0.colours.contains(.black) || $0.values.contains(0) }
        if !speaksOfGround, !classes.contains(where: \.isBackground), count.map({ $0 == classes.count + 1 }) ?? true {
            let ground = Entry(
                name: "background", values: hasColours ? [] : [0], colours: hasColours ? [.black] : [])
            classes.insert(ground, at: 0)
        }
        if task == .mask || (task == nil && classes.count == 2), let place = classes.firstIndex(where: \.isBackground) {
            classes.insert(classes.remove(at: place), at: 0)
        }
        if let count, count != classes.count {
            let expected =
                task == .mask
                ? "background and object"
                : task?.labels != nil ? Text.count(count, "label") : Text.count(count, "class", "classes")
            throw fault(
                "the net learns \(expected), found \(Text.count(classes.count, "name"))",
                hint: task?.labels != nil
                    ? "give a name for each label, in the order of the target's channels"
                    : "give a name for each class; black is the background if nobody says otherwise and a name is missing"
            )
        }
        let names = classes.map(\.name)
        for place in classes.indices { classes[place].name = "\(place)" }
        return (classes + entries.filter(\.isIgnored), task == .mask || classes.count == 2 && task == nil ? [] : names)
    }
}
