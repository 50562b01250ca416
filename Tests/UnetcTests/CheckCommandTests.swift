import Base
import TestSupport
import Testing

/// `unetc check` as a program that editors run.
@Suite struct CheckCommandTests {
    private static let fine = "graph t {\n  input x: [1, 2, 3]\n  output y = conv(x, 2, kernel: 1)\n}\n"

    /// The JSON of each line.
    private func lines(_ run: ProgramRun) throws -> [JSON] {
        try run.output.split(separator: "\n").map { try JSON(parsing: $0.utf8) }
    }

    private func place(_ json: JSON?) -> [Int?] { [json?["line"]?.integer, json?["column"]?.integer] }

    /// Names that are no UTF-8, and one that would turn a terminal red.
    @Test(arguments: [(#"M\374ller"#, #"M\xfcller"#), (#"\033[31mred"#, #"\x1b[31mred"#), (#"a\nb"#, #"a\x0ab"#)])
    func anyNameIsReadAndShown(name: String, shown: String) throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try program.write("net.graph", Self.fine)
        try program.write("bad.graph", "graph t {\n  output y = rellu(x)\n}\n")
        let file = "\"$(printf '\(name).graph')\""
        let fine = try program.run("check \(file)", environment: "cp net.graph \(file);")
        #expect(fine.exitCode == 0, "\(fine.errors)")
        let bad = try program.run("check \(file)", environment: "cp bad.graph \(file);")
        let none = try program.run("check \"none\"\(file)")
        for run in [bad, none] {
            let isQuiet = run.errors.utf8.allSatisfy { $0 == 0x0A || (0x20..<0x7F).contains($0) }
            #expect(run.exitCode == 1 && isQuiet && run.errors.contains("\(shown).graph:"), "\(run.errors)")
        }
    }

    @Test func findingsAsJSON() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try program.write(
            "net.graph", "graph t {\n  input x: [1, 2, 3]\n  x = relu(x)\n  // \u{e9}\n  output y = rellu(x)\n}\n")
        let run = try program.run("check --json net.graph")
        #expect(run.exitCode == 1 && run.errors == "")
        let json = try #require(try lines(run).first)
        #expect(json["file"]?.string == "net.graph")
        let diagnostics = try #require(json["diagnostics"]?.array)
        #expect(
            diagnostics.map { $0["message"]?.string } == ["\"x\" is defined twice", "unknown operator \"rellu\""])
        #expect(diagnostics.map { $0["severity"]?.string } == ["error", "error"])
        #expect(
            place(diagnostics[0]["range"]?["start"]) == [3, 3] && place(diagnostics[0]["range"]?["end"]) == [3, 4])
        #expect(
            place(diagnostics[1]["range"]?["start"]) == [5, 14] && place(diagnostics[1]["range"]?["end"]) == [5, 19])
        let notes = try #require(diagnostics[0]["notes"]?.array)
        #expect(notes.map { $0["message"]?.string } == ["the first definition, as an input"])
        #expect(place(notes[0]["range"]?["start"]) == [2, 9] && place(notes[0]["range"]?["end"]) == [2, 10])
        #expect(diagnostics[1]["notes"] == .array([]))
        #expect(diagnostics[1]["hint"]?.string == "did you mean \"relu\"?")
        for member in ["severity", "message", "range", "notes", "hint"] {
            #expect(diagnostics.allSatisfy { $0[member] != nil }, "\(member)")
        }
    }

    @Test func warningsAreNoFailure() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try program.write("net.graph", "graph t(w = 3) {\n  input x: [1, 2, 3]\n  output y = x\n}\n")
        let json = try program.run("check --json net.graph")
        #expect(json.exitCode == 0)
        #expect(try lines(json).first?["diagnostics"]?.array?.map { $0["severity"]?.string } == ["warning"])
        let text = try program.run("check net.graph -D w=5")
        #expect(text.exitCode == 0)
        #expect(text.errors.hasPrefix("net.graph:1:9: warning: graph parameter \"w\" is never used\n"))
        #expect(text.output == "net.graph: graph \"t\" is fine: 1 values, 0 parameters\n")
    }

    @Test(arguments: [true, false])
    func whatCannotBeReadIsAFindingToo(asJSON: Bool) throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try program.write("latin.graph", bytes: Array("graph t { // caf".utf8) + [0xE9, 0x0A])
        try program.write("fine.graph", Self.fine)
        let run = try program.run(
            "check \(asJSON ? "--json " : "")none.graph latin.graph . fine.graph -", input: Self.fine)
        #expect(run.exitCode == 1)
        guard asJSON else {
            #expect(run.errors.contains("error: none.graph: cannot be opened: No such file or directory\n"))
            #expect(
                run.errors.contains("latin.graph:1:17: error: the text is not UTF-8: byte 17 of the file is 0xE9\n"))
            #expect(run.errors.contains("error: .: expected a file, found a folder\n"))
            #expect(run.output.split(separator: "\n").count == 2, "\(run.output)")
            return
        }
        let found = try lines(run)
        #expect(found.map { $0["file"]?.string } == ["none.graph", "latin.graph", ".", "fine.graph", "-"])
        let first = found.map { $0["diagnostics"]?.array?.first }
        #expect(first[0]?["message"]?.string == "cannot be opened: No such file or directory")
        #expect(first[0]?["range"] == JSON.null)
        #expect(place(first[1]?["range"]?["start"]) == [1, 17])
        #expect(first[2]?["message"]?.string == "expected a file, found a folder")
        #expect(found[3]["diagnostics"] == .array([]) && found[4]["diagnostics"] == .array([]))
    }

    @Test func overridesThatDoNotExistHaveNoPlace() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try program.write("fine.graph", Self.fine)
        let run = try program.run("check --json fine.graph -D width=3")
        #expect(run.exitCode == 1)
        let finding = try #require(try lines(run).first?["diagnostics"]?.array?.first)
        #expect(finding["message"]?.string == "the graph has no parameter \"width\" to override with -D")
        #expect(finding["range"] == JSON.null)
    }
}
