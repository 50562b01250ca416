import Base
import Emission
import Kernels
import Strategy

/// One thing about the machine or its programs that compiling and training depend on.
public struct HealthCheck: Sendable {
    public enum State: String, Sendable {
        case fine
        /// It works, more slowly than it could.
        case warning
        /// It does not work.
        case error
    }

    /// A stable name: `processor`, `openblas` …
    public var name: String
    public var state: State
    /// What was found.
    public var text: String
    /// What to do; nil where all is well.
    public var advice: String?

    /// All is well.
    init(_ name: String, _ text: String) { self.init(name, .fine, text) }

    init(_ name: String, _ state: State, _ text: String, advice: String? = nil) {
        self.name = name
        self.state = state
        self.text = text
        self.advice = advice
    }

    /// `error` with the message and the hint of what `body` throws.
    static func of(_ name: String, advice: String? = nil, _ body: () throws -> HealthCheck) -> HealthCheck {
        do { return try body() } catch {
            let message = (error as? DriverError)?.message ?? "\(error)"
            let parts = message.split(separator: "\n").map { $0.drop { $0 == " " } }
            let hint = parts.first { $0.hasPrefix("hint: ") }.map { String($0.dropFirst(6)) }
            let text = parts.filter { !$0.hasPrefix("hint: ") }.prefix(4).joined(separator: "; ")
            return HealthCheck(name, .error, text, advice: advice ?? hint)
        }
    }
}

/// Whether this machine can compile nets and train them, as `unetc doctor` tells it.
public struct HealthReport: Sendable {
    public var checks: [HealthCheck]

    /// Looks at the machine, calls the compiler, and builds and trains a tiny net in a folder of its own, which takes
    /// a few seconds.
    ///
    /// - Parameters:
    ///   - processors: how many this process may use.
    ///   - speed: what was measured of it; nil where it could not be.
    ///   - libraries: what the trainer's code has in it, with versions.
    public static func examine(processors: Int, speed: MeasuredSpeed?, libraries: String) -> HealthReport {
        let target = Target.native()
        let machine = MachineChecks(processors: processors, target: target).checks
        let toolchain = ToolchainChecks(target: target, jobs: processors).checks
        return HealthReport(
            checks: machine + [speed?.check].compactMap { $0 } + [EnvironmentCheck.current().check] + toolchain
                + [HealthCheck("built in", libraries)])
    }

    /// True when nothing keeps nets from being compiled and trained.
    public var isHealthy: Bool { !checks.contains { $0.state == .error } }

    /// A line for each check, then what is wrong and what to do.
    public var text: String {
        let lines = checks.map { "  " + $0.name + String(repeating: " ", count: max(1, 12 - $0.name.count)) + $0.text }
        let faults = checks.filter { $0.state != .fine }.map { check in
            "\(check.state.rawValue): \(check.name): \(check.text)" + (check.advice.map { "; " + $0 } ?? "")
        }
        let verdict =
            isHealthy ? "Nets can be compiled and trained on this machine." : "Nets cannot be trained on this machine."
        return (["machine and toolchain"] + lines + [""] + faults + (faults.isEmpty ? [] : [""]) + [verdict])
            .joined(separator: "\n")
    }

    /// `{"healthy", "checks": [{"name", "state", "text", "advice"}]}`.
    public var json: JSON {
        .object([
            ("healthy", .bool(isHealthy)),
            (
                "checks",
                .array(
                    checks.map { check in
                        .object([
                            ("name", .string(check.name)), ("state", .string(check.state.rawValue)),
                            ("text", .string(check.text)),
                            ("advice", check.advice.map { .string($0) } ?? .null),
                        ])
                    })
            ),
        ])
    }
}
