/// Which values of a mask file mean background (class 0) and which mean object (class 1).
///
/// Written as `0=2,1=1+3`: value 2 is background, values 1 and 3 are object.
public struct MaskMap: Hashable, Sendable, CustomStringConvertible {
    /// The class of each of the 256 values; nil for values outside the map.
    private var classes: [UInt8?]

    /// Maps the listed values (0 ... 255, no value in both lists) to the two classes.
    public init(background: [UInt8], object: [UInt8]) {
        classes = Array(repeating: nil, count: 256)
        for value in background { classes[Int(value)] = 0 }
        for value in object { classes[Int(value)] = 1 }
    }

    /// Oxford-IIIT trimaps: 1 pet, 2 background, 3 border, which counts as pet.
    public static let trimap = MaskMap(background: [2], object: [1, 3])

    /// Reads `0=2,1=1+3`.
    /// - Throws: `TrainerError` that says which part is wrong.
    public init(parsing text: String) throws {
        var lists: [[UInt8]] = [[], []]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2 else {
                throw Self.fault(text, "expected CLASS=VALUE+VALUE…, found \"\(part)\"")
            }
            guard let number = Int(sides[0]), lists.indices.contains(number) else {
                throw Self.fault(text, "expected class 0 (background) or 1 (object), found \"\(sides[0])\"")
            }
            for word in sides[1].split(separator: "+", omittingEmptySubsequences: false) {
                guard let value = UInt8(word) else {
                    throw Self.fault(text, "expected a value from 0 to 255, found \"\(word)\"")
                }
                guard !(lists[0] + lists[1]).contains(value) else {
                    throw Self.fault(text, "value \(value) is listed twice")
                }
                lists[number].append(value)
            }
        }
        guard !lists[1].isEmpty else { throw Self.fault(text, "no value means object (class 1)") }
        self.init(background: lists[0], object: lists[1])
    }

    private static func fault(_ text: String, _ reason: String) -> TrainerError {
        TrainerError(
            "mask map \"\(text)\": \(reason)",
            hint: "\"0=2,1=1+3\" means: value 2 is background, values 1 and 3 are object")
    }

    /// The class of a value; nil when it lies outside the map.
    public subscript(value: UInt8) -> UInt8? { classes[Int(value)] }

    /// The values of a class, in ascending order.
    public func values(of number: UInt8) -> [UInt8] {
        classes.indices.filter { classes[$0] == number }.map(UInt8.init)
    }

    /// The form that `init(parsing:)` reads.
    public var description: String {
        [UInt8(0), 1].compactMap { number in
            let values = values(of: number).map(String.init)
            return values.isEmpty ? nil : "\(number)=" + values.joined(separator: "+")
        }.joined(separator: ",")
    }
}

/// The set of values that a mask file holds.
struct MaskValues: Hashable, Sendable {
    private var words: [UInt64] = [0, 0, 0, 0]

    init() {}

    init(_ pixels: some Sequence<UInt8>) {
        var seen = [Bool](repeating: false, count: 256)
        for value in pixels { seen[Int(value)] = true }
        for value in 0..<256 where seen[value] { insert(UInt8(value)) }
    }

    mutating func insert(_ value: UInt8) { words[Int(value >> 6)] |= 1 << UInt64(value & 63) }
    mutating func formUnion(_ other: MaskValues) { for i in 0..<4 { words[i] |= other.words[i] } }
    func contains(_ value: UInt8) -> Bool { words[Int(value >> 6)] >> UInt64(value & 63) & 1 == 1 }

    /// Ascending.
    var values: [UInt8] { (0...255).map { UInt8($0) }.filter(contains) }

    /// `0, 1, 2`, cut after sixteen values.
    var list: String {
        let all = values
        let shown = all.prefix(16).map(String.init).joined(separator: ", ")
        return all.count > 16 ? shown + " and \(all.count - 16) more" : shown
    }
}

extension MaskMap {
    /// The map for masks that hold only 0 and 1, or only 0 and 255.
    ///
    /// - Parameter masks: each file's name and the values in it, in the order of the samples.
    /// - Throws: `TrainerError` that names the first file with another value and lists all values seen.
    static func detected(_ masks: [(file: String, values: MaskValues)]) throws -> MaskMap {
        var all = MaskValues()
        for mask in masks { all.formUnion(mask.values) }
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
            hint: suggestion(for: all))
    }

    /// Checks that every value of every mask is in the map.
    /// - Throws: `TrainerError` that names the first file with a value outside, and lists its values.
    func check(_ masks: [(file: String, values: MaskValues)]) throws {
        for mask in masks {
            guard let outside = mask.values.values.first(where: { self[$0] == nil }) else { continue }
            var all = MaskValues()
            for mask in masks { all.formUnion(mask.values) }
            throw TrainerError(
                "\(mask.file): mask value \(outside) is outside the map \(self): the file holds the values "
                    + "\(mask.values.list), all masks together \(all.list)",
                hint: Self.suggestion(for: all))
        }
    }

    private static func suggestion(for values: MaskValues) -> String {
        let all = values.values
        guard all.count > 1, all.count <= 16 else {
            return "say which values mean background and object with --mask-map; "
                + "that many values come from masks saved as JPEG or smoothed: save them as PNG with one value a class"
        }
        let object = all.dropFirst().map(String.init).joined(separator: "+")
        return "say which values mean background (0) and object (1), such as --mask-map 0=\(all[0]),1=\(object)"
    }
}
