import Runtime

/// `run.json`: what a run was made of, in the words of people and of `--repeat`. The graph and the plan lie beside it.
///
/// All of it but the sessions is equal for equal runs.
struct RunDescription: Hashable, Sendable {
    /// What computes: runs of equal paths leave equal bits.
    struct Path: Hashable, Sendable {
        var compiler: String
        var target: String
        var vectorWidth: Int?
        /// SHA-256 of `plan.json`: steps, algorithms and places.
        var planDigest: String
        /// The processor where a library's bits depend on it; nil where none does.
        var processor: String?
    }

    /// From one start of the trainer to the next.
    struct Session: Hashable, Sendable {
        /// Steps that were done before.
        var fromStep: Int
        var threads: Int
        var processor: String
        /// The program's name first.
        var command: [String]
        /// Training settings as the checkpoint writes them.
        var settings: [JSONMember]
    }

    var graphName: String
    var graphHash: String
    var path: Path
    var data: [JSONMember]
    /// What the data was found to be.
    var findings: [String]
    var sessions: [Session]

    private static let format = "unetc-run-1"

    var text: String {
        JSONValue.object([
            JSONMember("format", .string(Self.format)), JSONMember("graph", .string(graphName)),
            JSONMember("graph_hash", .string(graphHash)), JSONMember("compiler", .string(path.compiler)),
            JSONMember("target", .string(path.target)),
            JSONMember("vector_width", path.vectorWidth.map(JSONValue.integer) ?? .null),
            JSONMember("plan_sha256", .string(path.planDigest)),
            JSONMember("processor_matters", path.processor.map(JSONValue.string) ?? .null),
            JSONMember("data", .object(data)), JSONMember("findings", .array(findings.map(JSONValue.string))),
            JSONMember("sessions", .array(sessions.map(\.json))),
        ]).laidOut(depth: 4) + "\n"
    }

    init(
        graphName: String, graphHash: String, path: Path, data: [JSONMember], findings: [String], sessions: [Session]
    ) {
        self.graphName = graphName
        self.graphHash = graphHash
        self.path = path
        self.data = data
        self.findings = findings
        self.sessions = sessions
    }

    /// Reads what `text` wrote; entries that are missing are empty.
    /// - Throws: `TrainerError` for a file that is no run.json.
    init(parsing text: String, file: String) throws {
        guard let json = try? JSONValue.parse(text), json["format"]?.string == Self.format else {
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
        sessions = json["sessions"]?.array?.map(Session.init) ?? []
    }
}

extension RunDescription.Session {
    fileprivate var json: JSONValue {
        .object([
            JSONMember("from_step", .integer(fromStep)), JSONMember("threads", .integer(threads)),
            JSONMember("processor", .string(processor)),
            JSONMember("command", .array(command.map(JSONValue.string))), JSONMember("settings", .object(settings)),
        ])
    }

    fileprivate init(_ json: JSONValue) {
        fromStep = json["from_step"]?.integer ?? 0
        threads = json["threads"]?.integer ?? 0
        processor = json["processor"]?.string ?? ""
        command = json["command"]?.array?.compactMap(\.string) ?? []
        settings = json["settings"]?.members ?? []
    }
}

extension RunDescription.Path {
    init(model: Model, defaults: ModelDefaults, plan: PlanDescription) {
        self.init(
            compiler: defaults.compiler, target: defaults.target, vectorWidth: defaults.vectorWidth,
            planDigest: Digest.of(plan.text),
            processor: PlanDescription.usesOpenBLAS(model) ? Processor.name : nil)
    }

    /// Why runs of the two may differ in their bits; nil when they compute alike.
    func difference(from other: Self) -> String? {
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
enum Processor {
    /// As the system calls it; "unknown" where it tells nothing.
    static var name: String {
        let lines = (try? FileSystem.text(of: "/proc/cpuinfo"))?.split(separator: "\n") ?? []
        let line = lines.first { $0.hasPrefix("model name") } ?? ""
        let words = line.split(separator: ":").dropFirst().joined(separator: ":").split(separator: " ")
        return words.isEmpty ? "unknown" : words.joined(separator: " ")
    }
}
