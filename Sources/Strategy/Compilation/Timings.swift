import Base
import MemoryPlanning

/// Where a compilation's time goes: each phase's own time, without that of phases inside it.
public final class Timings {
    public enum Phase: String, CaseIterable, Sendable {
        case reading = "reading and elaborating the text"
        case passes = "passes over the graph"
        case selection = "algorithms and layouts"
        case demands = "kernels, to see what they need"
        case tiles = "the search for tiles"
        case recomputation = "the search for values to make again"
        case planning = "memory planning"
        case lowering = "kernels"
        case verifying = "verifying plans"
        case printing = "printing kernels and tables"
        case dumps = "dumps and the README"
        case writing = "writing files"
        case compiling = "the C or Swift compiler"
        case linking = "linking"
    }

    private let clock = ContinuousClock()
    private var spent: [Phase: Duration] = [:]
    private var counts: [Phase: Int] = [:]
    private var running: [Phase] = []
    private var since: ContinuousClock.Instant

    public init() { since = clock.now }

    /// Runs a phase.
    public func measure<Result, Failure: Error>(
        _ phase: Phase, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pass()
        counts[phase, default: 0] += 1
        running.append(phase)
        defer {
            pass()
            running.removeLast()
        }
        return try body()
    }

    /// Gives the time since the last change to the innermost phase.
    private func pass() {
        let now = clock.now
        if let phase = running.last { spent[phase, default: .zero] += now - since }
        since = now
    }

    /// In all phases.
    public var totalSeconds: Double { spent.values.reduce(.zero, +) / .seconds(1) }

    public func seconds(of phase: Phase) -> Double { (spent[phase] ?? .zero) / .seconds(1) }

    /// A line for each phase that ran: milliseconds, and how often.
    public var text: String {
        let rows = Phase.allCases.filter { counts[$0] != nil }.map { phase in
            let milliseconds = (spent[phase] ?? .zero) / .milliseconds(1)
            return (phase.rawValue, Text.fixed(milliseconds, 1) + " ms", "\(counts[phase] ?? 0) x")
        }
        let total = Text.fixed(spent.values.reduce(.zero, +) / .milliseconds(1), 1) + " ms"
        let lines = rows + [("all phases", total, "")]
        let widths = (lines.map(\.0.count).max() ?? 0, lines.map(\.1.count).max() ?? 0, lines.map(\.2.count).max() ?? 0)
        return lines.map { name, time, count in
            name + String(repeating: " ", count: widths.0 - name.count + 2)
                + String(repeating: " ", count: widths.1 - time.count) + time
                + (count.isEmpty ? "" : "  " + String(repeating: " ", count: widths.2 - count.count) + count) + "\n"
        }.joined()
    }
}
