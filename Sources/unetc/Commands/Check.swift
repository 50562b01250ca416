import ArgumentParser
import Driver
import Strategy
import GraphIR

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check graphs: diagnostics only, exit 1 on errors.",
        discussion: """
            With --json a line of JSON on standard output tells what was found in each file, for editors: {"file", \
            "diagnostics": [{"severity", "message", "range": {"start": {"line", "column"}, "end"}, "notes": [{"message", \
            "range"}], "hint"}]}. Lines and columns count from 1, an end is behind the last character, and a range is \
            null for what has no place in the text.
            """)

    @Argument(help: "The graphs' files; - is standard input.")
    var graphs: [String]

    @OptionGroup var parameters: ParameterArguments

    @Flag(help: "Print the diagnostics as JSON, a line for each file.")
    var json = false

    func validate() throws {
        guard parameters.freeze.isEmpty else {
            throw ValidationError("--freeze goes with commands that compile, such as unetc dump.")
        }
    }

    func run() throws {
        var hasErrors = false
        for path in graphs {
            let checked = CheckedGraph(path: path, overrides: parameters.overrides)
            hasErrors = hasErrors || checked.hasErrors
            if json { printContent(checked.json.text + "\n") } else { report(checked) }
        }
        if hasErrors { throw ExitCode(1) }
    }

    private func report(_ checked: CheckedGraph) {
        let rendered = checked.rendered
        if !rendered.isEmpty { writeError(checked.hasErrors ? CommandFailure(rendered).text : rendered) }
        guard let graph = checked.graph else { return }
        let count = graph.parameters.reduce(0) { $0 + graph[$1].type.elementCount }
        printResult(
            "\(checked.path): graph \"\(graph.name)\" is fine: \(graph.nodes.count) values, \(count) parameters")
    }
}
