import Fuzzing
import TestSupport
import Testing

import Platform

/// Broken inputs must be answered, never with a trap, a hang or a broken promise; a short run of what `make fuzz` does.
@Suite struct FuzzingTests {
    @Test(arguments: [("language", 500), ("tensors", 3_000), ("dump", 300), ("onnx", 1_500), ("decoders", 1_500)])
    func shortRun(
        name: String, rounds: Int
    ) throws {
        let subject = try #require(try FuzzSubject.all().first { $0.name == name })
        var accepted = 0
        for round in 0..<rounds {
            switch subject.check(subject.input(seed: 7, round: round)) {
            case .accepted: accepted += 1
            case .refused: break
            case .wrong(let message): Issue.record("\(name), seed 7, round \(round): \(message)")
            }
        }
        // Where all were refused at the first byte, the code behind it would not be tested.
        #expect(accepted > rounds / 20 && accepted < rounds * 19 / 20, "\(accepted) of \(rounds) were accepted")
    }

    @Test(arguments: try FuzzSubject.all().map(\.name)) func roundsDoNotDependOnEachOther(name: String) throws {
        let subject = try #require(try FuzzSubject.all().first { $0.name == name })
        let inputs = (0..<20).map { subject.input(seed: 3, round: $0) }
        #expect(Set(inputs).count > 15)
        #expect(subject.input(seed: 3, round: 11) == inputs[11])
        #expect(subject.input(seed: 4, round: 11) != inputs[11])
    }

    /// Whatever goes wrong is found, and the run goes on behind it.
    @Test func plantedFaultsAreFound() throws {
        let folder = try temporaryFolder()
        let program = try builtProgram("unetc-fuzz")
        let subject = FuzzSubject.planted()
        let rounds = 0..<12
        let inputs = { (seed: UInt64) in rounds.map { subject.input(seed: seed, round: $0)[0] } }
        let seed = try #require((0..<100).first { inputs($0).filter { $0 < 4 }.sorted() == [0, 1, 2, 3] })
        let report = try FuzzRun(subject: subject, seed: seed, rounds: rounds, timeLimit: 1.5, folder: folder) {
            [
                program, "planted", "--progress", $0, "--from", "\($1.lowerBound)", "--inputs", "\($1.count)",
                "--seed", "\(seed)", "--memory-limit", "512",
            ]
        }.run()
        #expect(report.accepted == 8)
        #expect(report.refused == 0)
        #expect(report.findings.count == 4)
        let expected = ["a broken promise", "ended by ", "no answer after 1.5 seconds", "ended by "]
        for finding in report.findings {
            let fault = inputs(seed)[finding.round]
            #expect(finding.message.hasPrefix(expected[Int(fault)]), "\(finding)")
            #expect(try readBytes(finding.path) == [fault])
            unlink(finding.path)
        }
        #expect(rmdir(folder) == 0, "something else is left in \(folder)")
    }

    /// In a process of its own, for commands speak on the standard streams.
    @Test func picturesShortRun() throws {
        let folder = try temporaryFolder()
        let report = try pictures(rounds: 0..<120, folder: folder, [])
        for finding in report.findings { Issue.record("pictures, seed 7, round \(finding.round): \(finding.message)") }
        #expect(report.accepted > 10 && report.refused > 10, "\(report.accepted) of \(report.inputs) were accepted")
        if report.findings.isEmpty { #expect(rmdir(folder) == 0, "something else is left in \(folder)") }
    }

    @Test(arguments: PlantedPictureFault.noticed) func plantedFaultsOfPicturesAreFound(
        fault: PlantedPictureFault
    ) throws {
        let words: [PlantedPictureFault: String] = [
            .leftover: "leaves ", .mask: "the mask of a.png is not what it was", .silence: " is not named",
            .status: "exits with 70", .memory: "took ", .descriptor: "1 files stay open",
        ]
        let folder = try temporaryFolder()
        let report = try pictures(rounds: 0..<6, folder: folder, ["--plant", fault.rawValue])
        let expected = try #require(words[fault])
        #expect(report.findings.contains { $0.message.contains(expected) }, "\(report)")
        for finding in report.findings { unlink(finding.path) }
        #expect(rmdir(folder) == 0, "something else is left in \(folder)")
    }

    private func pictures(rounds: Range<Int>, folder: String, _ flags: [String]) throws -> FuzzReport {
        let program = try builtProgram("unetc-fuzz")
        return try FuzzRun(subject: .pictures(), seed: 7, rounds: rounds, timeLimit: 20, folder: folder) {
            [
                program, "pictures", "--progress", $0, "--from", "\($1.lowerBound)", "--inputs", "\($1.count)",
                "--seed",
                "7",
            ] + flags
        }.run()
    }

    private func temporaryFolder() throws -> String {
        var template = Array("/tmp/unetc-fuzzing-XXXXXX".utf8CString)
        return String(cString: try #require(mkdtemp(&template)))
    }
}
