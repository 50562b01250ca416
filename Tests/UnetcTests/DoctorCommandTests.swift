import Base
import Imaging
import TestSupport
import Testing

import Platform

/// `unetc doctor` as a user calls it.
@Suite struct DoctorCommandTests {
    private static let graph = """
        graph t(size = 16) {
          input  image: [3, size, size]
          target labels: classes[size, size]
          output logits = conv(image, 3, kernel: 1)
          loss cross_entropy(logits, labels, ignore: 9)
          train { seed: 5 }
        }

        """

    /// Eight pictures with masks of the given values in stripes.
    private func writeData(_ program: UnetcProgram, values: [UInt8]) throws {
        for folder in ["data", "data/images", "data/masks"] { mkdir(program.folder + "/" + folder, 0o777) }
        for index in 0..<8 {
            let picture = (0..<3 * 32 * 32).map { UInt8(truncatingIfNeeded: $0 / 7 * (index + 3)) }
            let mask = (0..<32 * 32).map { values[$0 % 32 * values.count / 32] }
            try Bitmap(width: 32, height: 32, channels: 3, pixels: picture).writePNG(
                to: program.folder + "/data/images/p\(index).png")
            try Bitmap(width: 32, height: 32, channels: 1, pixels: mask).writePNG(
                to: program.folder + "/data/masks/p\(index).png")
        }
    }

    @Test func dataIsJudgedForAGraph() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try writeData(program, values: [0, 1, 2, 9])
        try program.write("net.graph", Self.graph)
        let run = try program.run("doctor --data data --graph net.graph -D size=128 --sheet sheet.png")
        #expect(run.exitCode == 0 && run.errors == "", "\(run)")
        #expect(run.output.contains("t: pictures [3, 128, 128], learns 3 classes, 0 to 2 and 9, which is ignored\n"))
        #expect(run.output.contains("6 train, 2 test (--split 0.8, drawn with seed 5)\n"), "\(run.output)")
        #expect(run.output.contains("loss cross_entropy(logits, labels, ignore: 9, weights: [1.0, 1.0, 1.0])"))
        #expect(run.output.contains("warning: all pictures are less than half as large as the net's input, 128x128"))
        #expect(!run.output.contains("toolchain"))
        #expect(try decodePicture(path: program.folder + "/sheet.png").width > 1000)
    }

    @Test func dataThatCannotBeTrainedOnEndsWithOne() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try writeData(program, values: [0, 1, 2, 200])
        try program.write("net.graph", Self.graph)
        let run = try program.run("doctor --data data --graph net.graph --json")
        #expect(run.exitCode == 1 && run.errors == "")
        let json = try JSON(parsing: run.output.utf8)
        #expect(json["machine"] == nil)
        let findings = try #require(json["data"]?["findings"]?.array)
        #expect(findings.first?["code"]?.string == "mask-values" && findings.first?["severity"]?.string == "error")
        #expect(findings.first?["message"]?.string?.contains("mask value 200") == true)
        let gone = try program.run("doctor --data data --graph none.graph")
        #expect(gone.exitCode == 1 && gone.errors.contains("none.graph: cannot be opened"))
        let nonsense = try program.run("doctor --data data --mask-map 0=0,1")
        #expect(nonsense.exitCode == 2 && nonsense.errors.contains("expected CLASS=VALUE"), "\(nonsense)")
    }

    /// The compiler is looked for where `CC` says, and the trainer's code where `UNETC_TRAINER` says.
    @Test func machinesAreJudged() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        let run = try program.run("doctor --json", environment: "CC=/nowhere/cc")
        #expect(run.exitCode == 1)
        let json = try JSON(parsing: run.output.utf8)
        #expect(json["machine"]?["healthy"] == JSON.bool(false))
        let checks = try #require(json["machine"]?["checks"]?.array)
        let compiler = try #require(checks.first { $0["name"]?.string == "compiler" })
        #expect(compiler["state"]?.string == "error")
        #expect(compiler["text"]?.string?.contains("cannot run \"/nowhere/cc\"") == true)
        for name in ["processor", "cores", "memory", "huge pages", "cache", "trainer"] {
            #expect(checks.contains { $0["name"]?.string == name }, "\(name)")
        }
    }

    /// Everything is tried out: libraries are linked and called, a net is compiled and trained.
    @Test func toolchainsAreTriedOut() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        let run = try program.run("doctor")
        for line in [
            "  compiler    ", "  openblas    0.", "  libpng      1.", "  libjpeg     ", "  libtiff     4.",
            "  libwebp     1.", "  built in    protobuf-c 1.",
            "  environment ",
            " GFLOP/s on ",
        ] {
            #expect(run.output.contains(line), "\(run.output)")
        }
        guard getenv("UNETC_TRAINER") != nil else {
            #expect(run.exitCode == 1 && run.output.contains("make build makes it"), "\(run.output)")
            return
        }
        #expect(run.exitCode == 0, "\(run.output)")
        #expect(run.output.contains("  trial       a tiny net was compiled and trained\n"), "\(run.output)")
    }
}
