import Foundation
import TestSupport
import Testing
import TrainerTestSupport

/// Several processes train one net, started by a real `mpirun`: the same bits as one, whatever happens to them.
@Suite(
    .serialized, .enabled(if: Trainer.isAvailable, "unetc-trainer.o is not there: run `make test`"),
    .enabled(if: Launch.isAvailable, "mpirun and mpicc are not there: run `make setup-mpi`"))
struct RankTests {
    /// The 57 pictures that train make steps of 8 in two batches, and one of a picture alone, so that three pieces have none.
    private static let all = [
        "--epochs", "3", "--batch", "4", "--accumulate", "2", "--clip", "0.5", "--ema", "0.9", "--split", "0.18",
        "--micro-batches", "4", "--seed", "5",
    ]

    private func expectSame(_ trainer: Trainer, _ run: String, _ whole: String) throws {
        #expect(try trainer.metrics(run) == trainer.metrics(whole), "metrics of \(run)")
        for file in ["checkpoint.safetensors", "best.safetensors", "hashes.csv"] {
            #expect(try trainer.bytes("\(run)/\(file)") == trainer.bytes("\(whole)/\(file)"), "\(file) of \(run)")
        }
    }

    @Test(arguments: [Trainer.Task.mask, .normalised, .classes, .labels, .reconstruction])
    func anyNumberOfProcessesGivesTheSameBits(task: Trainer.Task) throws {
        let launch = try Launch(task)
        try launch.trainer.train(out: "whole", Self.all)
        for count in [.mask, .normalised, .classes].contains(task) || isLongRun ? [1, 2, 3, 4] : [3] {
            let run = try launch.run(count, out: "ranks\(count)", Self.all)
            try #require(run.status == 0, "\(count) processes: \(run.output)")
            try expectSame(launch.trainer, "ranks\(count)", "whole")
        }
    }

    /// Under a launcher batches are cut so that eight have work, and the checkpoint says so.
    @Test func batchesAreCutByThemselves() throws {
        let launch = try Launch(.mask)
        let flags = ["--epochs", "2", "--split", "0.2"]
        try launch.trainer.train(out: "whole", flags + ["--micro-batches", "8"])
        for count in [1, 3] {
            let run = try launch.run(count, out: "ranks\(count)", flags)
            try #require(run.status == 0, "\(count) processes: \(run.output)")
            try expectSame(launch.trainer, "ranks\(count)", "whole")
        }
    }

    /// Three namespaces with a link of 1 Gbit/s each, where messages go over TCP.
    @Test(.enabled(if: Launch.hasHosts, "hosts as namespaces take root, ip and tc"))
    func hostsGiveTheSameBits() throws {
        let launch = try Launch(.mask)
        let flags = ["--epochs", "1", "--split", "0.2", "--micro-batches", "8"]
        try launch.trainer.train(out: "whole", flags)
        let run = try launch.onHosts(3, out: "run", flags)
        try #require(run.status == 0, "\(run.output)")
        #expect(run.output.contains("3 processes on 3 hosts"), "\(run.output)")
        try expectSame(launch.trainer, "run", "whole")
    }

    /// Killed at a random moment, one of several; then another number goes on.
    @Test func killedProcessesAreNamedAndTheRunGoesOn() throws {
        let launch = try Launch(.mask)
        let flags = Self.all + ["--checkpoint-every", "2"]
        try launch.trainer.train(out: "whole", flags)
        var random = SystemRandomNumberGenerator()
        var kills = 0
        var round = 0
        while kills < (isLongRun ? 20 : 3) {
            let name = "run\(round)"
            let folder = launch.trainer.folder.path + "/" + name
            var isDone = false
            while !isDone {
                let count = Int.random(in: 2...4, using: &random)
                let isThere = FileManager.default.fileExists(atPath: folder + "/run.json")
                let process = try launch.start(count, out: name, flags + (isThere ? ["--resume"] : []))
                usleep(UInt32.random(in: 300_000...4_000_000, using: &random))
                let ranks = process.ranks
                if let rank = ranks.randomElement(using: &random) {
                    kill(rank, SIGKILL)
                    kills += 1
                }
                let ending = process.end()
                isDone = ending.status == 0
                guard !isDone, !ranks.isEmpty, ending.output.contains("has not been heard from") else { continue }
                #expect(
                    ending.output.contains("rank ") && ending.output.contains("--resume"),
                    "who is lost, and how to go on: \(ending.output)")
            }
            try expectSame(launch.trainer, name, "whole")
            round += 1
        }
    }

    /// A scheduler's wish is heard by all, at the same step.
    @Test(arguments: [SIGTERM, SIGINT])
    func signalsEndAllAtOneStep(signal: Int32) throws {
        let launch = try Launch(.mask)
        try launch.trainer.train(out: "whole", Self.all)
        let process = try launch.start(3, out: "run", Self.all)
        usleep(1_500_000)
        kill(process.process.processIdentifier, signal)
        _ = process.end()
        let folder = launch.trainer.folder.path + "/run"
        let resume = FileManager.default.fileExists(atPath: folder + "/run.json") ? ["--resume"] : []
        let rest = try launch.run(2, out: "run", Self.all + resume)
        #expect(rest.status == 0, "\(rest.output)")
        try expectSame(launch.trainer, "run", "whole")
    }

    /// It neither computes nor ends.
    @Test func aProcessThatStandsStillIsNamed() throws {
        let launch = try Launch(.mask)
        let process = try launch.start(
            3, out: "run", ["--epochs", "1000", "--split", "0.2"], environment: ["UNETC_MPI_PATIENCE": "2"])
        var ranks: [pid_t] = []
        let deadline = Date().addingTimeInterval(20)
        while ranks.count < 3, Date() < deadline {
            usleep(200_000)
            ranks = process.ranks
        }
        sleep(2)
        let stopped = try #require(ranks.last)
        kill(stopped, SIGSTOP)
        let start = Date()
        let ending = process.end()
        kill(stopped, SIGKILL)
        #expect(ending.status != 0)
        #expect(Date().timeIntervalSince(start) < 30)
        #expect(
            ending.output.contains("has not been heard from") && ending.output.contains("--resume"), "\(ending.output)")
    }

    @Test func anotherFolderIsNamedBeforeTheFirstStep() throws {
        let launch = try Launch(.mask)
        let folder = launch.trainer.folder.path
        let data = try (0..<3).map { rank in
            let data = try TestFolder()
            for number in 0..<6 {
                let red = UInt8(10 * number + (rank == 2 && number == 4 ? 1 : 0))
                if number == 0 { for part in ["images", "masks"] { try data.folder(part) } }
                try data.writePicture("images/\(number).png", red: red)
                try data.writeMask("masks/\(number).png", left: 0, right: 1)
            }
            return data
        }
        let places = data.enumerated().map { "\($0)) data=\($1.path);;" }.joined(separator: " ")
        let run = try launch.shell(
            3,
            "case $OMPI_COMM_WORLD_RANK in \(places) esac; exec \(launch.trainer.program) train --data $data --out \(folder)/run"
        )
        #expect(run.status == 1)
        #expect(run.output.contains("rank 2 of ") && run.output.contains("has other data than rank 0"), "\(run.output)")
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/run/checkpoint.safetensors"))
    }

    /// The parts of a batch that the net does not take at once go through it one after the other, unless it looks at all of it.
    @Test func batchesThatTheNetDoesNotTake() throws {
        let flags = ["--epochs", "1", "--batch", "32", "--micro-batches", "4"]
        let launch = try Launch(.mask)
        try launch.trainer.train(out: "whole", flags)
        let run = try launch.run(3, out: "run", flags)
        try #require(run.status == 0, "\(run.output)")
        try expectSame(launch.trainer, "run", "whole")
        let refused = try Launch(.normalised).run(2, out: "run", flags)
        #expect(refused.status == 1 && refused.output.contains("normalises by the whole batch"), "\(refused.output)")
        #expect(refused.output.contains("unetc compile --batch 32"), "\(refused.output)")
    }

    @Test(arguments: [
        (["--epochs", "none"], "--epochs"),
        (["--micro-batches", "2", "--batch", "8"], "3 processes share out 2 micro-batches"),
        (["--repeat", "run"], "--repeat is one process's work"), (["--data", "/nonexistent"], "/nonexistent"),
        (["--resume"], "there is no run to resume"),
    ])
    func errorsAreToldOnce(flags: [String], message: String) throws {
        let launch = try Launch(.mask)
        let run = try launch.run(3, out: "run", flags)
        #expect(run.status != 0)
        let lines = run.output.split(separator: "\n").filter { $0.lowercased().contains("error: ") }
        #expect(lines.count == 1 && run.output.contains(message), "\(run.output)")
    }

    /// Each process trains some of the folds, as one alone does; one fold they take together.
    @Test func foldsAreTrainedSideBySide() throws {
        let launch = try Launch(.mask)
        let flags = ["--folds", "3", "--epochs", "1", "--seed", "4"]
        try launch.trainer.train(out: "whole", flags)
        let run = try launch.run(2, out: "run", flags)
        try #require(run.status == 0, "\(run.output)")
        #expect(run.output.contains("3 folds: loss"), "\(run.output)")
        #expect(try launch.trainer.bytes("run/folds.csv") == launch.trainer.bytes("whole/folds.csv"))
        for fold in 1...3 { try expectSame(launch.trainer, "run/fold-\(fold)", "whole/fold-\(fold)") }
        let one = ["--folds", "3", "--fold", "2", "--epochs", "1", "--micro-batches", "3"]
        try launch.trainer.train(out: "one", one)
        let together = try launch.run(3, out: "together", one)
        try #require(together.status == 0, "\(together.output)")
        try expectSame(launch.trainer, "together/fold-2", "one/fold-2")
    }

    @Test func predictionsAreSharedOut() throws {
        let launch = try Launch(.mask)
        try launch.trainer.train(out: "run", ["--epochs", "1"])
        let folder = launch.trainer.folder.path
        let pictures = try TestFolder()
        for number in 0..<5 { try pictures.writePicture("\(number).png", red: UInt8(40 * number)) }
        try FileManager.default.copyItem(
            atPath: pictures.path + "/0.png", toPath: pictures.path + "/damaged.png")
        try Data("no picture".utf8).write(to: URL(fileURLWithPath: pictures.path + "/damaged.png"))
        let command = { (out: String) in
            ["predict", pictures.path, "--run", folder + "/run", "--out", "\(folder)/\(out)"]
        }
        let alone = try launch.trainer.run(command("alone"))
        try #require(alone.status == 0, "\(alone.output)")
        let run = try launch.command(3, command("ranks"))
        try #require(run.status == 0, "\(run.output)")
        #expect(run.output.contains("5 masks in"), "\(run.output)")
        #expect(run.output.components(separatedBy: "damaged.png").count == 2, "\(run.output)")
        for number in 0..<5 {
            #expect(try launch.trainer.bytes("ranks/\(number).png") == launch.trainer.bytes("alone/\(number).png"))
        }
    }

    @Test func whatOneProcessDoesIsDoneOnce() throws {
        let launch = try Launch(.mask)
        let run = try launch.command(3, ["info"])
        #expect(run.status == 0)
        #expect(run.output.split(separator: "\n").count { $0.hasPrefix("graph ") } == 1, "\(run.output)")
    }
}
