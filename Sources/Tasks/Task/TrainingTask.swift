import Base

/// What a net learns, which follows from its target.
package enum TrainingTask: Hashable, Sendable {
    /// Object or background: one logit a pixel, object where it is above 0.
    case mask
    /// One of several classes: a logit a pixel and class, the largest of which wins.
    case classes(ClassRange)
    /// Several labels, any of which a pixel may have at once: a logit a pixel and label, which is there where that is above 0.
    case labels(LabelRange)
    /// The input itself; there is no target.
    case reconstruction

    /// True when the net is trained on masks beside the pictures.
    package var needsMasks: Bool { self != .reconstruction }

    /// What is said of test masks in which there is nothing to find.
    package var withoutTruth: String {
        switch self {
        case .mask: "no mask of the test part has an object"
        case .labels: "the test masks have no pixel of any label"
        case .classes, .reconstruction: "the test masks have no pixel of any class"
        }
    }

    /// Whether a byte of a sample's mask is something to be found.
    package func isTruth(_ byte: UInt8) -> Bool {
        switch self {
        case .mask, .labels: byte != 0
        case .classes: byte != ClassRange.void
        case .reconstruction: false
        }
    }

    /// The classes of a class map; nil for other tasks.
    package var classes: ClassRange? {
        guard case .classes(let range) = self else { return nil }
        return range
    }

    /// The labels that overlap; nil for other tasks.
    package var labels: LabelRange? {
        guard case .labels(let range) = self else { return nil }
        return range
    }

    /// What is told apart and has a name each: classes, or labels; nil for other tasks.
    package var partCount: Int? { classes?.count ?? labels?.count }

    /// Whether a pixel is decided by its probability alone, against a threshold.
    package var hasThreshold: Bool { self == .mask || labels != nil }
}

extension TrainingTask: CustomStringConvertible {
    package var description: String {
        switch self {
        case .mask: "a binary mask"
        case .classes(let range): "\(Text.count(range.count, "class", "classes")), \(range.text)"
        case .labels(let range): "\(range.count) labels that may overlap"
        case .reconstruction: "its input"
        }
    }
}

/// The classes of a class map, numbered from 0.
package struct ClassRange: Hashable, Sendable {
    /// At most `maximumCount`.
    package var count: Int
    /// The number that the loss leaves out; nil when it looks at every pixel.
    package var ignore: Int?

    package init(count: Int, ignore: Int? = nil) {
        self.count = count
        self.ignore = ignore
    }

    /// What ignored pixels hold in a sample's bytes, whatever number the graph gives them.
    package static let void = UInt8.max
    /// A class is a byte, and one byte means void.
    package static let maximumCount = 255

    /// `0 to 10`, or `0 to 10 and 11, which is ignored`.
    package var text: String { "0 to \(count - 1)" + (ignore.map { " and \($0), which is ignored" } ?? "") }

    /// The number that the net is fed for a byte of a sample.
    package func fed(_ byte: UInt8) -> Float { byte == Self.void ? Float(ignore ?? 0) : Float(byte) }
}
