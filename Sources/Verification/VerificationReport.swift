import Base
import Emission

/// Something that is wrong, and where.
public struct VerificationFault: Hashable, Sendable {
    /// The value or step at fault.
    public var step: String
    /// The statement in the graph's text, such as `unet.graph:7`; empty where there is none.
    public var source = ""
    /// The kernel's function; nil where no kernel is at fault.
    public var kernel: String?
    /// The kernel's file and line.
    public var place: String?
    /// What was expected and what was found.
    public var message: String

    public init(step: String, source: String = "", kernel: String? = nil, place: String? = nil, message: String) {
        self.step = step
        self.source = source
        self.kernel = kernel
        self.place = place
        self.message = message
    }
}

extension VerificationFault: CustomStringConvertible {
    public var description: String {
        let statement = source.isEmpty ? "" : " (\(source))"
        let function = kernel.map { name in "; kernel \(name)" + (place.map { " in \($0)" } ?? "") } ?? ""
        return "\(step)\(statement): \(message)\(function)"
    }
}

/// One kind of check, done on all that it applies to.
public struct VerificationCheck: Sendable {
    /// A stable name: `gradients`, `kernels` …
    public var name: String
    /// How many things were checked.
    public var count: Int
    /// What they are, what was sampled, and the worst of them.
    public var detail: String
    /// The largest error, as a share of what rounding may do; nil where nothing is rounded.
    public var worst: Double?
    public var seconds: Double
    /// The first of them; empty when all is well.
    public var faults: [VerificationFault]
}

/// What `unetc verify` has found.
public struct VerificationReport: Sendable {
    /// The graph, its plans and the machine, in a line.
    public var title: String
    public var checks: [VerificationCheck]

    public var isSound: Bool { checks.allSatisfy(\.faults.isEmpty) }
    public var seconds: Double { checks.reduce(0) { $0 + $1.seconds } }

    /// The verdict, in a line.
    public var verdict: String {
        let faults = checks.flatMap(\.faults)
        guard let first = faults.first else {
            return "Sound: all \(checks.count) checks pass."
        }
        let guilty = first.kernel.map { "kernel \($0)" } ?? first.step
        return "Not sound: \(guilty) is at fault"
            + (faults.count > 1 ? ", and \(faults.count - 1) more findings." : ".")
    }

    /// `{"graph", "sound", "seconds", "checks": [{"name", "passed", "count", "worst", "seconds", "detail", "faults":
    /// [{"step", "source", "kernel", "place", "message"}]}]}`; `worst` is a share of the tolerance.
    public var json: JSON {
        .object([
            ("graph", .string(title)), ("sound", .bool(isSound)), ("seconds", .number(seconds)),
            ("checks", .array(checks.map(\.json))),
        ])
    }
}

extension VerificationCheck {
    fileprivate var json: JSON {
        .object([
            ("name", .string(name)), ("passed", .bool(faults.isEmpty)), ("count", .integer(count)),
            ("worst", worst.map(JSON.number) ?? .null), ("seconds", .number(seconds)), ("detail", .string(detail)),
            ("faults", .array(faults.map(\.json))),
        ])
    }
}

extension VerificationFault {
    fileprivate var json: JSON {
        .object([
            ("step", .string(step)), ("source", .string(source)), ("kernel", kernel.map(JSON.string) ?? .null),
            ("place", place.map(JSON.string) ?? .null), ("message", .string(message)),
        ])
    }
}
