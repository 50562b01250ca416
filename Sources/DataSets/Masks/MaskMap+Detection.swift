import Base
import Tasks
import TrainerSupport

extension MaskMap {
    /// What the values of masks mean when nobody says so: for binary masks 0 and 1, or 0 and 255; else class numbers.
    ///
    /// - Parameter masks: in the order of the samples.
    /// - Throws: `TrainerError` as `detected` does.
    static func standard(for task: TrainingTask, _ masks: [MaskFile]) throws -> MaskMap {
        if task.labels != nil { return .bits }
        guard let range = task.classes else { return try detected(masks) }
        return MaskMap(range)
    }

    /// What the values of labels mean when nobody says so: of a binary mask each is object. Of a class map each is the class of
    /// its name, where classes have such names; else the classes from 1 on, or from 0 on where there are as many, and what has
    /// no label then is ignored.
    /// - Throws: `TrainerError` when the net has too few classes.
    package static func standard(for task: TrainingTask, labels: [String], names: [String]) throws -> MaskMap {
        guard let range = task.classes else {
            return MaskMap(background: [0], object: labels.isEmpty ? [1] : (1...labels.count).map(UInt8.init))
        }
        var map = MaskMap(background: [], object: [])
        let places = labels.map { names.firstIndex(of: $0) }
        let numbers: [Int]
        if !labels.isEmpty, !places.contains(nil) {
            numbers = places.compactMap { $0 }
        } else if labels.count <= range.count {
            numbers = labels.indices.map { $0 + (labels.count < range.count ? 1 : 0) }
        } else {
            throw TrainerError(
                "the annotations have \(labels.count) labels (\(Text.list(labels, most: 12))), and the graph has the classes "
                    + range.text,
                hint:
                    "join some, such as --mask-map \"thing=\(labels.prefix(2).joined(separator: "+"))\", or compile the graph "
                    + "for \(labels.count + 1) classes")
        }
        for (place, number) in numbers.enumerated() { map.classes[place + 1] = UInt8(number) }
        if !numbers.contains(0) { map.classes[0] = 0 } else if range.ignore != nil { map.classes[0] = ClassRange.void }
        if range.ignore != nil { map.classes[Int(ClassRange.void)] = ClassRange.void }
        return map
    }

    /// The map for masks that hold only 0 and 1, or only 0 and 255.
    ///
    /// - Throws: `TrainerError` that names the first file with another value and lists all values seen.
    static func detected(_ masks: [MaskFile]) throws -> MaskMap {
        let all = masks.union
        for object in [UInt8(1), 255] {
            let map = MaskMap(background: [0], object: [object])
            if all.values.allSatisfy({ map[$0] != nil }) { return map }
        }
        let odd =
            masks.first {
                !$0.values.values.allSatisfy { $0 == 0 || $0 == 1 }
                    && !$0.values.values.allSatisfy { $0 == 0 || $0 == 255 }
            }
            ?? masks.first { $0.values.contains(255) }
        let named = odd.map { "; \($0.file) holds \($0.values.list)" } ?? ""
        throw TrainerError(
            "expected masks of the values 0 and 1, or 0 and 255, found the values \(all.list)\(named)",
            hint: suggestion(for: all, .mask, isLossy: masks.contains(where: \.isLossy)))
    }

    /// Checks that every value of every mask is in the map.
    /// - Throws: `TrainerError` that names the first file with a value outside, and lists its values.
    func check(_ masks: [MaskFile], for task: TrainingTask) throws {
        for mask in masks {
            guard let outside = mask.values.values.first(where: { self[$0] == nil }) else { continue }
            let all = masks.union
            let range = task.classes
            let isPlain = range.map { self == MaskMap($0) } ?? false
            let place = isPlain ? "no class: the graph has the classes \(range?.text ?? "")" : "outside the map \(self)"
            throw TrainerError(
                "\(mask.file): mask value \(outside) (\(Text.count(mask.values.count(of: outside), "pixel"))) is "
                    + "\(place); the file holds the values \(mask.values.list), all masks together \(all.list)",
                hint: Self.suggestion(for: all, task, isLossy: masks.contains(where: \.isLossy)))
        }
    }

    /// What to do about masks whose values do not fit.
    static func suggestion(for values: MaskValues, _ task: TrainingTask, isLossy: Bool) -> String {
        let reading = MaskReading(values, isLossy: isLossy)
        let all = values.values.map(String.init)
        guard let range = task.classes else {
            guard let map = reading.binaryMap(values) else {
                let object = "say which values mean background and object with --mask-map"
                return reading == .photographs ? "were images and masks swapped? Else " + object : object
            }
            let such = "say which values mean background (0) and object (1), such as --mask-map \(map)"
            switch reading {
            case .trimap: return "these look like trimaps, in which 2 is background: --mask-map \(map)"
            case .numbers where all.count > 3:
                return "class numbers are for a graph with a class map (target labels: classes[H, W]); for two classes "
                    + such
            case .smeared: return smearedMasks + ", or cut between them: --mask-map \(map)"
            default: return such
            }
        }
        if all == ["0", "255"] {
            return "these look like masks of background (0) and object (255): such as --mask-map 0=0,1=255"
        }
        let plain = MaskMap(range)
        let outside = values.values.filter { plain[$0] == nil }
        if all.count > 1 && all.count <= range.count {
            let pairs = all.enumerated().map { "\($0)=\($1)" }.joined(separator: ",")
            return "say which values mean which class, such as --mask-map \(pairs)"
        }
        if let value = outside.first, outside.count == 1, range.ignore == nil {
            return "to leave pixels of the value \(value) out, write cross_entropy(…, ignore: \(value)) in the graph "
                + "and compile it again; --mask-map 0=…,1=… gives values another meaning"
        }
        if range.ignore != nil && outside.count <= 4 && range.count <= 32 {
            var map = plain
            for value in outside { map.classes[Int(value)] = ClassRange.void }
            return "to leave it out as well: --mask-map \(map)"
        }
        return "say which values mean which class with --mask-map 0=…,1=…; "
            + (all.count > 64 ? smearedMasks : "a class may have several values, such as 1=3+4")
    }

    private static let smearedMasks =
        "that many values come from masks saved as JPEG or smoothed: save them as PNG with one value a class"
}
