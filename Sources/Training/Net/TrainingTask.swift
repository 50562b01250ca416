import Base

/// What a net learns, which follows from its target.
enum TrainingTask: Hashable, Sendable {
    /// Object or background: one logit a pixel, object where it is above 0.
    case mask
    /// One of several classes: a logit a pixel and class, the largest of which wins.
    case classes(ClassRange)
    /// The input itself; there is no target.
    case reconstruction

    /// True when the net is trained on masks beside the pictures.
    var needsMasks: Bool { self != .reconstruction }

    /// What is said of test masks in which there is nothing to find.
    var withoutTruth: String {
        self == .mask ? "no mask of the test part has an object" : "the test masks have no pixel of any class"
    }

    /// The classes of a class map; nil for other tasks.
    var classes: ClassRange? {
        guard case .classes(let range) = self else { return nil }
        return range
    }
}

extension TrainingTask: CustomStringConvertible {
    var description: String {
        switch self {
        case .mask: "a binary mask"
        case .classes(let range): "\(Text.count(range.count, "class", "classes")), \(range.text)"
        case .reconstruction: "its input"
        }
    }
}

/// The classes of a class map, numbered from 0.
struct ClassRange: Hashable, Sendable {
    /// At most `maximumCount`.
    var count: Int
    /// The number that the loss leaves out; nil when it looks at every pixel.
    var ignore: Int?

    /// What ignored pixels hold in a sample's bytes, whatever number the graph gives them.
    static let void = UInt8.max
    /// A class is a byte, and one byte means void.
    static let maximumCount = 255

    /// `0 to 10`, or `0 to 10 and 11, which is ignored`.
    var text: String { "0 to \(count - 1)" + (ignore.map { " and \($0), which is ignored" } ?? "") }

    /// The number that the net is fed for a byte of a sample.
    func fed(_ byte: UInt8) -> Float { byte == Self.void ? Float(ignore ?? 0) : Float(byte) }
}
