import Base
import TestSupport
import Testing

@Suite struct DumpCommandTests {
    private func graphs(_ program: UnetcProgram) throws {
        let net = try #require(BundledNet.all.first { $0.name == "unet-small" })
        try program.write("net.graph", try net.text())
    }

    /// As files are named, with flags that do not hang on this machine.
    private let flags = "net.graph -D width=8 -D size=16 --target x86-64-v4 --batch 2"

    @Test(arguments: ["parsed", "graph", "backward", "fused", "program", "planned"])
    func textsReadBackAndAreTheSameFromTwoProcesses(_ stage: String) throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try graphs(program)
        let runs = try (0..<2).map { _ in try program.run("dump \(flags) --stage \(stage)") }
        try #require(runs[0].exitCode == 0, "\(runs[0].errors)")
        #expect(runs[0].output == runs[1].output)
        try program.write("dump.txt", runs[0].output)
        let read = try program.run("dump --from dump.txt")
        #expect(read.exitCode == 0, "\(read.errors)")
        #expect(read.output == runs[0].output, "\(firstDifference(expected: runs[0].output, found: read.output))")
    }

    @Test(arguments: ["parsed", "fused", "planned", "kernels"], ["json", "dot", "svg --layout builtin"])
    func formsAreTheSameFromTwoProcesses(_ stage: String, _ format: String) throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try graphs(program)
        let runs = try (0..<2).map { _ in try program.run("dump \(flags) --stage \(stage) --format \(format)") }
        #expect(runs[0].exitCode == 0, "\(runs[0].errors)")
        #expect(!runs[0].output.isEmpty && runs[0].output == runs[1].output)
    }

    @Test func aPlanIsDrawnFromItsText() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try graphs(program)
        let text = try program.run("dump \(flags) --stage planned")
        try program.write("plan.txt", text.output)
        let drawn = try program.run("dump --from plan.txt --format svg")
        #expect(drawn.output == (try program.run("dump \(flags) --stage planned --format svg")).output)
        #expect(drawn.output.contains("plan train, batch 2: the arena over time"))
    }

    @Test func aPlanThatIsWrongIsRefused() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try graphs(program)
        let text = try program.run("dump \(flags) --stage planned --plan infer").output
        // Every buffer at the start of the arena.
        let damaged = text.replacing(/offset: [1-9][0-9]*/, with: "offset: 0")
        try program.write("plan.txt", damaged)
        let run = try program.run("dump --from plan.txt")
        #expect(run.exitCode == 1)
        #expect(run.errors.hasPrefix("plan.txt: error: the plan breaks its rules\n"), "\(run.errors)")
    }

    /// Flags, exit code and what the message begins with.
    @Test(arguments: [
        ("--from missing.txt", 1, "error: missing.txt: cannot be opened"),
        ("--from broken.txt", 1, "broken.txt:2: error: expected '%NUMBER NAME = …'"),
        ("net.graph --from broken.txt", 2, "error: A graph's file and --from exclude each other."),
        ("", 2, "error: Name a graph's file, or a dump with --from."),
        ("--from broken.txt --stage fused", 2, "error: --from shows a dump as it is, or compares two; --stage"),
        ("--from a --from b --from c", 2, "error: --from names one dump, or two to compare, found 3."),
        (
            "--from net.graph --from net.graph", 1,
            "error: --from compares dumps with a graph, from graph to planned; net.graph"
        ),
        ("net.graph --layout graphviz --direction right", 2, "error: --direction goes with --layout builtin."),
        ("net.graph --diff graph fused --stage graph", 2, "error: --diff names two stages; --stage would be a third."),
        ("net.graph --diff fused", 2, "error: --diff takes two stages, found 1."),
        ("net.graph --diff parsed fused", 2, "error: --diff compares stages with a graph"),
        ("net.graph --focus enc1.conv3", 1, "error: --focus: no node is called \"enc1.conv3\"\n  hint: did you mean"),
        (
            "net.graph --stage parsed --focus relu --format json", 2,
            "error: --focus can be printed as json from stage graph"
        ),
        (
            "net.graph --focus pool9 --format json", 1,
            "error: --focus: no node is called \"pool9\"\n  hint: did you mean"
        ),
        ("net.graph --format table", 2, "error: --format table goes with --stage planned"),
    ])
    func mistakesAreNamed(_ arguments: String, _ exitCode: Int32, _ message: String) throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try graphs(program)
        try program.write("broken.txt", "graph g {\n  what\n}\n")
        let run = try program.run("dump \(arguments)")
        #expect(run.exitCode == exitCode)
        #expect(run.errors.hasPrefix(message), "\(run.errors)")
    }

    @Test(arguments: ["graph", "program", "planned"])
    func aFocusIsAPartOfTheWholeAsData(_ stage: String) throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try graphs(program)
        let form = "dump \(flags) --stage \(stage) --format json"
        let whole = try JSON(parsing: try program.run(form).output.utf8)
        let run = try program.run(form + " --focus enc2.conv1 --radius 1")
        let part = try JSON(parsing: run.output.utf8)
        #expect(
            part["focus"]?["node"]?.string == "enc2.conv1" && part["focus"]?["radius"]?.integer == 1, "\(run.errors)")
        for (key, list) in [("graph", "nodes"), ("program", "steps"), ("plan", "buffers"), ("plan", "runs")] {
            guard let all = whole[key]?[list]?.array else { continue }
            let some = try #require(part[key]?[list]?.array, "\(list)")
            #expect(!some.isEmpty && some.count < all.count / 2, "\(list)")
            #expect(Set(some).isSubset(of: Set(all)), "\(list)")
        }
        let names = part["graph"]?["nodes"]?.array?.compactMap { $0["name"]?.string } ?? []
        #expect(names.contains("enc2.conv1") && names.count > 2, "\(names)")
    }

    @Test func twoDumpsAreComparedAsTwoStagesAre() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try graphs(program)
        for stage in ["graph", "fused"] {
            try program.write("\(stage).txt", try program.run("dump \(flags) --plan infer --stage \(stage)").output)
        }
        for form in ["text", "json", "dot", "svg --layout builtin", "text --focus pool1 --radius 1"] {
            let files = try program.run("dump --from graph.txt --from fused.txt --format \(form)")
            let stages = try program.run("dump \(flags) --plan infer --diff graph fused --format \(form)")
            #expect(files.exitCode == 0 && !files.output.isEmpty, "\(files.errors)")
            #expect(
                files.output.replacing("graph.txt to fused.txt", with: "graph to fused") == stages.output, "\(form)")
        }
        let json = try JSON(
            parsing: try program.run("dump --from graph.txt --from fused.txt --format json").output.utf8)
        let nodes = try #require(json["nodes"]?.array)
        let absorbed = nodes.filter { $0["change"]?.string == "absorbed" }
        #expect(!absorbed.isEmpty && absorbed.count == json["counts"]?["absorbed"]?.integer)
        #expect(absorbed.allSatisfy { $0["absorbed_into"]?.string != nil && $0["before"]?.string != nil })
        let same = try program.run("dump --from fused.txt --from fused.txt")
        #expect(same.output.contains(" as before, 0 added, 0 removed, 0 changed, 0 absorbed\n"), "\(same.output)")
    }

    @Test func aDiffAndAFocusShowParts() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try graphs(program)
        let diff = try program.run("dump net.graph --diff graph fused --plan infer")
        #expect(diff.output.hasPrefix("unet_small, graph to fused: "), "\(diff.errors)\(diff.output.prefix(200))")
        let focus = try program.run("dump net.graph --focus pool1 --radius 1")
        #expect(focus.output.contains("pool1 = max_pool(enc1.conv2) : [N, 8, 32, 32]"), "\(focus.errors)")
        #expect(!focus.output.contains("enc3"))
    }
}
