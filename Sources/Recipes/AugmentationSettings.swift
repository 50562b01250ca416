import TrainerSupport

/// How training pictures are changed, anew in each epoch; a run remembers it.
///
/// Written as `flip,rotate=15,scale=0.8..1.25`. Every value is the largest change; how much of it a picture gets is
/// drawn evenly for each picture and epoch.
package struct AugmentationSettings: Hashable, Sendable {
    /// Half of the pictures are mirrored, left to right.
    package var flip = false
    /// Half of the pictures are mirrored, top to bottom.
    package var vflip = false
    /// A quarter turn, a half turn, three quarters, or none. Where height and width differ the turned picture is
    /// stretched to them.
    package var rotate90 = false
    /// Degrees to either side.
    package var rotate = 0.0
    /// How much larger things appear; below 1 they are smaller.
    package var scale = 1.0...1.0
    /// The smallest share of the sides that is cut out, at a drawn place, and enlarged to the whole picture.
    package var crop = 1.0
    /// A share of the sides, in any direction.
    package var shift = 0.0
    /// Colours are multiplied by 1 - b ... 1 + b.
    package var brightness = 0.0
    /// Differences from the picture's mean are multiplied by 1 - c ... 1 + c.
    package var contrast = 0.0
    /// Differences from gray are multiplied by 1 - s ... 1 + s.
    package var saturation = 0.0
    /// A part of the circle of colours, to either side.
    package var hue = 0.0
    /// The largest standard deviation of what is added to each number of a picture, of which black is 0 and white is 1.
    package var noise = 0.0
    /// The standard deviation of the displacement of nine places, in pixels of a picture of 512 by 512.
    package var elastic = 0.0

    package init(
        flip: Bool = false, vflip: Bool = false, rotate90: Bool = false, rotate: Double = 0.0,
        scale: ClosedRange<Double> = 1.0...1.0, crop: Double = 1.0, shift: Double = 0.0, brightness: Double = 0.0,
        contrast: Double = 0.0, saturation: Double = 0.0, hue: Double = 0.0, noise: Double = 0.0, elastic: Double = 0.0
    ) {
        self.flip = flip
        self.vflip = vflip
        self.rotate90 = rotate90
        self.rotate = rotate
        self.scale = scale
        self.crop = crop
        self.shift = shift
        self.brightness = brightness
        self.contrast = contrast
        self.saturation = saturation
        self.hue = hue
        self.noise = noise
        self.elastic = elastic
    }

    /// What trainers do unless told otherwise.
    package static let standard = AugmentationSettings(flip: true)
}

extension AugmentationSettings: CustomStringConvertible {
    /// An entry that is there or not.
    private struct Switch: Sendable {
        var name: String
        var path: WritableKeyPath<AugmentationSettings, Bool> & Sendable
    }

    /// An entry with a number; `off` is the value that changes nothing.
    private struct Amount: Sendable {
        var name: String
        var path: WritableKeyPath<AugmentationSettings, Double> & Sendable
        var range: ClosedRange<Double>
        var off = 0.0
    }

    private static let switches = [
        Switch(name: "flip", path: \.flip), Switch(name: "vflip", path: \.vflip),
        Switch(name: "rotate90", path: \.rotate90),
    ]

    private static let amounts = [
        Amount(name: "rotate", path: \.rotate, range: 0...180),
        Amount(name: "crop", path: \.crop, range: 0.1...1, off: 1),
        Amount(name: "shift", path: \.shift, range: 0...0.5),
        Amount(name: "brightness", path: \.brightness, range: 0...1),
        Amount(name: "contrast", path: \.contrast, range: 0...1),
        Amount(name: "saturation", path: \.saturation, range: 0...1),
        Amount(name: "hue", path: \.hue, range: 0...0.5),
        Amount(name: "noise", path: \.noise, range: 0...1),
        Amount(name: "elastic", path: \.elastic, range: 0...100),
    ]

    private static let scales = 0.1...10

    /// Words that stand for several entries.
    private static let presets = [
        ("none", ""),
        ("light", "flip,rotate=10,scale=0.9..1.1,brightness=0.1,contrast=0.1"),
        ("paper", "flip,vflip,rotate90,rotate=15,shift=0.05,brightness=0.1,contrast=0.1,elastic=10"),
    ]

    /// The form that `init(parsing:)` reads; entries in a fixed order, `none` without any.
    package var description: String {
        var entries = Self.switches.filter { self[keyPath: $0.path] }.map(\.name)
        for amount in Self.amounts {
            let value = self[keyPath: amount.path]
            if value != amount.off { entries.append("\(amount.name)=\(Self.text(value))") }
            if amount.name == "rotate" && scale != 1...1 {
                entries.append("scale=\(Self.text(scale.lowerBound))..\(Self.text(scale.upperBound))")
            }
        }
        return entries.isEmpty ? "none" : entries.joined(separator: ",")
    }

    /// Reads `flip,rotate=15`, presets among the entries too: `light,rotate=30`. A later entry replaces an earlier one.
    /// - Throws: `TrainerError` that says which entry is wrong.
    package init(parsing text: String) throws {
        for entry in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            try add(entry, of: text)
        }
    }

    private mutating func add(_ entry: String, of text: String) throws {
        if let (_, entries) = Self.presets.first(where: { $0.0 == entry }) {
            for part in entries.split(separator: ",") { try add(String(part), of: text) }
            return
        }
        let sides = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let value = sides.count > 1 ? sides[1] : nil
        if let known = Self.switches.first(where: { $0.name == sides[0] }) {
            guard value == nil else { throw Self.fault(text, "\"\(sides[0])\" takes no value, found \"\(entry)\"") }
            self[keyPath: known.path] = true
        } else if sides[0] == "scale" {
            scale = try Self.range(value, entry, of: text)
        } else if let known = Self.amounts.first(where: { $0.name == sides[0] }) {
            self[keyPath: known.path] = try Self.number(value, known.range, entry, of: text)
        } else {
            throw Self.fault(text, "there is no \"\(sides[0])\"; \(Self.known)")
        }
    }

    private static func number(
        _ value: String?, _ range: ClosedRange<Double>, _ entry: String, of text: String
    ) throws -> Double {
        if let number = value.flatMap(Double.init), range.contains(number) { return number }
        let name = entry.prefix { $0 != "=" }
        throw fault(
            text,
            "expected \(name)=NUMBER from \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound)), "
                + "found \"\(entry)\"")
    }

    private static func range(_ value: String?, _ entry: String, of text: String) throws -> ClosedRange<Double> {
        let parts = value.map { $0.split(separator: ".", omittingEmptySubsequences: false) } ?? []
        // The two dots leave an empty part between them.
        if let gap = parts.firstIndex(of: ""), gap > 0, gap < parts.count - 1,
            let low = Double(parts[..<gap].joined(separator: ".")),
            let high = Double(parts[(gap + 1)...].joined(separator: ".")),
            low <= high, scales.contains(low), scales.contains(high)
        {
            return low...high
        }
        throw fault(text, "expected scale=LOW..HIGH from 0.1 to 10, such as scale=0.8..1.25, found \"\(entry)\"")
    }

    private static func fault(_ text: String, _ reason: String) -> TrainerError {
        TrainerError(
            "augmentation \"\(text)\": \(reason)",
            hint: "entries are separated by commas, such as flip,rotate=15,scale=0.8..1.25; \"none\" is nothing, "
                + "\"light\" and \"paper\" stand for several")
    }

    private static var known: String {
        let names = presets.map(\.0) + switches.map(\.name) + ["scale"] + amounts.map(\.name)
        return "there are " + names.joined(separator: ", ")
    }

    /// `15`, `0.25`: as short as it reads back.
    private static func text(_ value: Double) -> String {
        value == value.rounded() ? "\(Int(value))" : "\(value)"
    }
}
