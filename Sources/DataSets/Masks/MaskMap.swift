import Tasks
import TrainerSupport

/// Which values of a mask file mean which class: of a binary mask 0 is background and 1 is object.
///
/// Written as `0=2,1=1+3`: value 2 is class 0, values 1 and 3 are class 1. `ignore=0+255` names values that training and
/// tests leave out, and `0-127` all values from 0 to 127.
public struct MaskMap: Hashable, Sendable, CustomStringConvertible {
    /// The class of each of the 256 values, `ClassRange.void` for ignored ones; nil for values outside the map.
    var classes: [UInt8?] = Array(repeating: nil, count: 256)

    /// Maps the listed values (0 ... 255, no value in both lists) to the two classes.
    public init(background: [UInt8], object: [UInt8]) {
        for value in background { classes[Int(value)] = 0 }
        for value in object { classes[Int(value)] = 1 }
    }

    /// Every class number for itself, and the ignored one.
    package init(_ range: ClassRange) {
        for number in 0..<range.count { classes[number] = UInt8(number) }
        if let ignore = range.ignore, classes.indices.contains(ignore) { classes[ignore] = ClassRange.void }
    }

    /// The bytes of labels that may overlap, each for itself.
    static let bits = {
        var map = MaskMap(background: [], object: [])
        for byte in 0...UInt8.max { map.classes[Int(byte)] = byte }
        return map
    }()

    /// Oxford-IIIT trimaps: 1 pet, 2 background, 3 border, which counts as pet.
    public static let trimap = MaskMap(background: [2], object: [1, 3])

    /// Reads `0=2,1=1+3,ignore=0`.
    /// - Throws: `TrainerError` that says which part is wrong.
    public init(parsing text: String) throws {
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2 else {
                throw Self.fault(text, "expected CLASS=VALUE+VALUE…, found \"\(part)\"")
            }
            guard let number = Self.number(sides[0]) else {
                throw Self.fault(text, "expected a class from 0 to 254 or \"ignore\", found \"\(sides[0])\"")
            }
            for word in sides[1].split(separator: "+", omittingEmptySubsequences: false) {
                guard let values = Self.values(word) else {
                    throw Self.fault(text, "expected a value from 0 to 255, found \"\(word)\"")
                }
                for value in values {
                    guard classes[Int(value)] == nil else { throw Self.fault(text, "value \(value) is listed twice") }
                    classes[Int(value)] = number
                }
            }
        }
    }

    static let ignoreWord = "ignore"

    private static func number(_ word: Substring) -> UInt8? {
        if word == ignoreWord { return ClassRange.void }
        return UInt8(word).flatMap { $0 == ClassRange.void ? nil : $0 }
    }

    /// The values of `7` or `0-127`; nil where the word is neither.
    static func values(_ word: Substring) -> ClosedRange<UInt8>? {
        let ends = word.split(separator: "-", omittingEmptySubsequences: false).map { UInt8($0) }
        guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first <= last else { return nil }
        return first...last
    }

    private static func fault(_ text: String, _ reason: String) -> TrainerError {
        TrainerError(
            "mask map \"\(text)\": \(reason)",
            hint: "\"0=2,1=1+3\" means: value 2 is background, values 1 and 3 are object; of several classes, "
                + "\"0=1,1=2,ignore=0\" means: value 1 is class 0, value 2 is class 1, value 0 is left out")
    }

    /// The class of a value, `ClassRange.void` when it is ignored; nil when it lies outside the map.
    public subscript(value: UInt8) -> UInt8? { classes[Int(value)] }

    /// The values of a class, in ascending order.
    public func values(of number: UInt8) -> [UInt8] {
        classes.indices.filter { classes[$0] == number }.map(UInt8.init)
    }

    /// The form that `init(parsing:)` reads.
    public var description: String {
        (0...UInt8.max).compactMap { number in
            let values = values(of: number)
            guard !values.isEmpty else { return nil }
            return "\(number == ClassRange.void ? Self.ignoreWord : "\(number)")=" + Self.words(values)
        }.joined(separator: ",")
    }

    /// `1+3`, and `0-127` for more than four in a row; `values` ascend.
    private static func words(_ values: [UInt8]) -> String {
        var runs: [ClosedRange<UInt8>] = []
        for value in values {
            if let last = runs.last, last.upperBound + 1 == value {
                runs[runs.count - 1] = last.lowerBound...value
            } else {
                runs.append(value...value)
            }
        }
        return runs.map { run in
            run.count > 4
                ? "\(run.lowerBound)-\(run.upperBound)" : run.map(String.init).joined(separator: "+")
        }.joined(separator: "+")
    }
}

extension MaskMap {
    /// The map for a net: the number that its loss ignores is the same as `ignore`.
    /// - Throws: `TrainerError` when the map names classes that the net does not have, or leaves out what it needs.
    package func fitted(to task: TrainingTask) throws -> MaskMap {
        var map = self
        switch task {
        case .mask:
            if let number = map.firstClass(from: 2) {
                let name = number == ClassRange.void ? "\"\(Self.ignoreWord)\"" : "class \(number)"
                throw Self.fault(
                    description,
                    "the net learns a binary mask, expected classes 0 (background) and 1 (object), "
                        + "found \(name)")
            }
            guard !values(of: 1).isEmpty else { throw Self.fault(description, "no value means object (class 1)") }
        case .classes(let range):
            if let ignore = range.ignore.flatMap(UInt8.init(exactly:)) {
                for value in classes.indices where classes[value] == ignore && Int(ignore) >= range.count {
                    map.classes[value] = ClassRange.void
                }
            }
            if let number = map.firstClass(from: range.count, below: Int(ClassRange.void)) {
                throw Self.fault(description, "the graph has the classes \(range.text), found \(number)")
            }
            guard range.ignore != nil || values(of: ClassRange.void).isEmpty else {
                throw TrainerError(
                    "mask map \"\(description)\": the graph's loss ignores nothing, so no value can be left out",
                    hint: "write cross_entropy(…, ignore: \(range.count)) in the graph and compile it again")
            }
        case .labels(let range):
            if let number = map.firstClass(from: range.count, below: Int(ClassRange.void)) {
                throw Self.fault(description, "the graph has the labels 0 to \(range.count - 1), found \(number)")
            }
        case .reconstruction:
            throw TrainerError(
                "the net learns its input again, so there is nothing for --mask-map to say",
                hint: "leave it out")
        }
        return map
    }

    private func firstClass(from low: Int, below high: Int = 256) -> Int? {
        classes.compactMap { $0.map(Int.init) }.filter { ($0 >= low) && $0 < high }.min()
    }
}
