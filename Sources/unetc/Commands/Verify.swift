import ArgumentParser
import Driver
import Runtime
import Verification

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a graph's gradients, plan and kernels on this machine.",
        discussion: """
            Compiles the graph and judges what the compiler made by other means: gradients by central differences, every \
            kernel by plain sums in double precision at its real shape, the plan by a second verifier and by runs with \
            poisoned memory, on one thread and on several. Exit code 0 when all is sound; 1 when not, with the guilty \
            kernel's name. Takes up to two minutes for a large net.
            """)

    @OptionGroup var input: GraphArguments
    @OptionGroup var target: TargetArguments

    @Option(help: "Samples per step: more take longer (default: 2).")
    var batch = 2

    @Option(
        help: ArgumentHelp(
            "How the graph is compiled: within so much memory, such as 512M, or best, greedy, naive.",
            valueName: "bytes"))
    var memory = MemoryArgument.strategy(.best)

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    func run() throws {
        try reportingErrors {
            let session = try input.session()
            let options = try target.options(batch: batch)
            let fitted = try memory.compilation(of: session, options, threads: target.threadCount) { _ in }.options
            let report = try verify(session, fitted) { check in
                if !json { printError("verify: \(check)") }
            }
            if json { printContent(report.json.text + "\n") } else { printResult(text(report)) }
            if !report.isSound { throw ExitCode(1) }
        }
    }

    private func text(_ report: VerificationReport) -> String {
        var table = TextTable([
            ("check", .left), ("count", .right), ("worst error", .right), ("s", .right), ("", .left),
            ("what", .left),
        ])
        for check in report.checks {
            table.add([
                check.name, "\(check.count)", check.worst.map { decimal(100 * $0, 1) + " %" } ?? "-",
                decimal(check.seconds, 1), check.faults.isEmpty ? "sound" : "FAULTY", check.detail,
            ])
        }
        let faults = report.checks.flatMap { check in check.faults.map { "\(check.name): \($0)" } }
        let shown = faults.prefix(20) + (faults.count > 20 ? ["and \(faults.count - 20) more"] : [])
        return ([report.title, ""] + table.lines + [""] + shown + (shown.isEmpty ? [] : [""]) + [report.verdict])
            .joined(separator: "\n")
    }
}
