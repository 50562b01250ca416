import GraphDSL
import GraphIR
import MemoryPlanning
import Programs

extension StageDump {
    /// The stage as text. All stages but `kernels` read back; the same stage gives the same bytes in every process.
    public var text: String {
        switch self {
        case .parsed(let syntax): return syntax.description
        case .graph(let graph, _): return graph.text
        case .program(let program): return program.text
        case .planned(let listing, _): return listing.text
        case .kernels(let lowered, let files):
            let choices = lowered.choices.split(separator: "\n").map { "// \($0)\n" }.joined()
            return choices + files.map { "// \($0.path)\n\($0.text)" }.joined(separator: "\n")
        }
    }

    /// Reads the text of a stage from `graph` to `planned`: a graph, and what there is of schedule and plan behind it.
    ///
    /// The text does not say which pass has made a graph without a schedule: its stage is `graph`.
    /// - Throws: `GraphTextError` with the line at fault, what was expected and what was found.
    public init(parsing text: String) throws(GraphTextError) {
        var lines = TextLines(text)
        let graph = try Graph(reading: &lines)
        guard lines.sees(word: "program") else {
            try lines.finish(behind: "the graph's '}' but a program")
            self = .graph(graph, stage: "graph")
            return
        }
        let program = try Program(of: graph, reading: &lines)
        guard lines.sees(word: "plan") else {
            try lines.finish(behind: "the program's '}' but a plan")
            self = .program(program)
            return
        }
        let listing = try PlanListing(of: program, reading: &lines)
        try lines.finish(behind: "the plan's '}'")
        self = .planned(listing, lowered: nil)
    }
}
