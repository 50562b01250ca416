import ArgumentParser
import Fuzzing
import TestSupport

import Platform

extension PlantedPictureFault: ExpressibleByArgument {}

@main
struct UnetcFuzz: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unetc-fuzz",
        abstract:
            "Feeds broken inputs to the language, to the readers of files of tensors, ONNX models and dumps, and pictures to the trainer.",
        discussion: """
            Each input is a function of its round and the seed. Inputs that crash, hang, take too much memory or break a \
            promise are written to a folder, and the exit status is 1.
            """)

    @Argument(help: "language, tensors, dump, onnx, pictures, decoders, or planted, which goes wrong on purpose.")
    var subject: String

    @Option(help: "How many inputs.")
    var inputs = 100_000

    @Option(help: "The first round.")
    var from = 0

    @Option(help: "Another seed makes other inputs.")
    var seed: UInt64 = 1

    @Option(help: "Seconds that an input may take.")
    var timeLimit = 5.0

    @Option(help: "MiB that the process may take; 0 for no limit.")
    var memoryLimit = 1_024

    @Option(help: "Where inputs are written that are findings.")
    var findings = "findings"

    @Option(help: "Try this file in place of made inputs, in this process.")
    var replay: String?

    @Option(help: .hidden)
    var progress: String?

    /// A promise that the subject `pictures` breaks on purpose.
    @Option(help: .hidden)
    var plant: PlantedPictureFault?

    func validate() throws {
        guard inputs >= 0, from >= 0, from <= Int.max - inputs else {
            throw ValidationError("--inputs and --from count from 0.")
        }
        guard timeLimit > 0 else { throw ValidationError("--time-limit must be above 0, found \(timeLimit).") }
        guard memoryLimit == 0 || (64...1 << 20).contains(memoryLimit) else {
            throw ValidationError("--memory-limit must be 0, or from 64 to \(1 << 20), found \(memoryLimit).")
        }
        if plant != nil && subject != "pictures" { throw ValidationError("--plant goes with pictures.") }
    }

    func run() throws {
        let subject = try self.subject == "planted" ? .planted() : known()
        let rounds = from..<from + inputs
        if let replay {
            print(subject.check(try readBytes(replay)))
        } else if let progress {
            FuzzWorker.limitMemory(bytes: memoryLimit << 20)
            let worker = try FuzzWorker(subject: subject, seed: seed, progressPath: progress)
            throw ExitCode(worker.run(rounds: rounds))
        } else {
            let report = try fuzz(subject, rounds)
            show(report)
            if !report.findings.isEmpty { throw ExitCode(1) }
        }
    }

    private func known() throws -> FuzzSubject {
        if let plant { return .pictures(planting: plant) }
        let subjects = try FuzzSubject.all()
        if let subject = subjects.first(where: { $0.name == self.subject }) { return subject }
        throw ValidationError(
            "unknown subject \"\(subject)\"; known are \(subjects.map(\.name).joined(separator: ", ")) and planted")
    }

    private func fuzz(_ subject: FuzzSubject, _ rounds: Range<Int>) throws -> FuzzReport {
        let program = try ownPath()
        return try FuzzRun(subject: subject, seed: seed, rounds: rounds, timeLimit: timeLimit, folder: findings) {
            [
                program, subject.name, "--progress", $0, "--from", "\($1.lowerBound)", "--inputs", "\($1.count)",
                "--seed",
                "\(seed)", "--memory-limit", "\(memoryLimit)",
            ] + (plant.map { ["--plant", $0.rawValue] } ?? [])
        }.run()
    }

    /// The program's file, whatever name it was called by.
    private func ownPath() throws -> String {
        guard let path = realpath("/proc/self/exe", nil) else {
            throw ValidationError("the program does not know its own file")
        }
        defer { free(path) }
        return String(cString: path)
    }

    private func show(_ report: FuzzReport) {
        for finding in report.findings { print("round \(finding.round): \(finding.message)\n  input: \(finding.path)") }
        let rate = Int(Double(report.inputs) / max(report.seconds, 1e-9))
        let slowest = Int(report.slowest.seconds * 1e3)
        print(
            "\(subject): \(report.inputs) inputs in \(Int(report.seconds)) s, \(rate) a second; \(report.accepted) accepted, "
                + "\(report.refused) refused, \(report.findings.count) findings; the slowest took \(slowest) ms (round "
                + "\(report.slowest.round)), the process \(report.peakBytes >> 20) MiB")
        if report.findings.count == FuzzRun.findingLimit { print("stopped after \(FuzzRun.findingLimit) findings") }
    }
}
