import Base
import Nets
import Runtime
import TrainerSupport

/// `run.json`: what a run was made of, in the words of people and of `--repeat`. The graph and the plan lie beside it.
///
/// All of it but the sessions is equal for equal runs.
package struct RunDescription: Sendable {
    /// What computes: runs of equal paths leave equal bits.
    package struct Path: Hashable, Sendable {
        var compiler: String
        var target: String
        var vectorWidth: Int?
        /// SHA-256 of `plan.json`: steps, algorithms and places.
        var planDigest: String
        /// The processor where a library's bits depend on it; nil where none does.
        var processor: String?
    }

    /// From one start of the trainer to the next.
    package struct Session: Sendable {
        /// Steps that were done before.
        package var fromStep: Int
        var threads: Int
        var processor: String
        /// The program's name first.
        package var command: [String]
        /// Training settings as the checkpoint writes them.
        package var settings: [JSON.Member]

        package init(fromStep: Int, threads: Int, processor: String, command: [String], settings: [JSON.Member]) {
            self.fromStep = fromStep
            self.threads = threads
            self.processor = processor
            self.command = command
            self.settings = settings
        }
    }

    var graphName: String
    var graphHash: String
    package var path: Path
    var data: [JSON.Member]
    /// What the data was found to be.
    var findings: [String]
    /// What the run started from, and what became of each parameter; nil where they were drawn.
    package var initialWeights: JSON?
    package var sessions: [Session]

    private static let format = "unetc-run-1"

    package var text: String {
        let start: [JSON.Member] = initialWeights.map { [("initial_weights", $0)] } ?? []
        let members: [JSON.Member] = [
            ("format", .string(Self.format)), ("graph", .string(graphName)),
            ("graph_hash", .string(graphHash)), ("compiler", .string(path.compiler)),
            ("target", .string(path.target)),
            ("vector_width", path.vectorWidth.map(JSON.integer) ?? .null),
            ("plan_sha256", .string(path.planDigest)),
            ("processor_matters", path.processor.map(JSON.string) ?? .null),
            ("data", .object(data)), ("findings", .array(findings.map(JSON.string))),
        ]
        return JSON.object(members + start + [("sessions", .array(sessions.map(\.json)))]).pretty(depth: 4, .compact)
            + "\n"
    }

    package init(
        graphName: String, graphHash: String, path: Path, data: [JSON.Member], findings: [String],
        initialWeights: JSON? = nil, sessions: [Session]
    ) {
        self.graphName = graphName
        self.graphHash = graphHash
        self.path = path
        self.data = data
        self.findings = findings
        self.initialWeights = initialWeights
        self.sessions = sessions
    }

    /// Reads what `text` wrote; entries that are missing are empty.
    /// - Throws: `TrainerError` for a file that is no run.json.
    package init(parsing text: String, file: String) throws {
        guard let json = try? JSON(parsing: text), json["format"]?.string == Self.format else {
            throw TrainerError("\(file): expected the description of a run (\(Self.format))")
        }
        graphName = json["graph"]?.string ?? ""
        graphHash = json["graph_hash"]?.string ?? ""
        path = Path(
            compiler: json["compiler"]?.string ?? "", target: json["target"]?.string ?? "",
            vectorWidth: json["vector_width"]?.integer, planDigest: json["plan_sha256"]?.string ?? "",
            processor: json["processor_matters"]?.string)
        data = json["data"]?.members ?? []
        findings = json["findings"]?.array?.compactMap(\.string) ?? []
        initialWeights = json["initial_weights"]
        sessions = json["sessions"]?.array?.map(Session.init) ?? []
    }
}

extension RunDescription.Session {
    fileprivate var json: JSON {
        .object([
            ("from_step", .integer(fromStep)), ("threads", .integer(threads)),
            ("processor", .string(processor)),
            ("command", .array(command.map(JSON.string))), ("settings", .object(settings)),
        ])
    }

    fileprivate init(_ json: JSON) {
        fromStep = json["from_step"]?.integer ?? 0
        threads = json["threads"]?.integer ?? 0
        processor = json["processor"]?.string ?? ""
        command = json["command"]?.array?.compactMap(\.string) ?? []
        settings = json["settings"]?.members ?? []
    }
}

extension RunDescription.Path {
    package init(model: Model, defaults: ModelDefaults, plan: PlanDescription) {
        self.init(
            compiler: defaults.compiler, target: defaults.target, vectorWidth: defaults.vectorWidth,
            planDigest: Digest.of(plan.text),
            processor: PlanDescription.usesOpenBLAS(model) ? Processor.name : nil)
    }

    /// Why runs of the two may differ in their bits; nil when they compute alike.
    package func difference(from other: Self) -> String? {
        if target != other.target || vectorWidth != other.vectorWidth {
            return "for \(name), this trainer is compiled for \(other.name)"
        }
        if compiler != other.compiler { return "by unetc \(compiler), this trainer is made by \(other.compiler)" }
        if planDigest != other.planDigest { return "with other steps, algorithms or places in memory (plan.json)" }
        guard processor != other.processor else { return nil }
        return
            "on \(processor ?? "another processor"), this one is \(other.processor ?? "another"), and OpenBLAS takes "
            + "kernels by the processor"
    }

    private var name: String { target + (vectorWidth.map { " with vectors of \($0) floats" } ?? "") }
}

/// The machine's processor.
package enum Processor {
    /// As the system calls it; "unknown" where it tells nothing.
    package static var name: String {
        let lines = (try? FileSystem.text(of: "/proc/cpuinfo"))?.split(separator: "\n") ?? []
        let line = lines.first { $0.hasPrefix("model name") } ?? ""
        let words = line.split(separator: ":").dropFirst().joined(separator: ":").split(separator: " ")
        return words.isEmpty ? "unknown" : words.joined(separator: " ")
    }
}
