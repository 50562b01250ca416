import ArgumentParser
import Driver

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Check a graph: diagnostics only, exit 1 on errors.")

    @OptionGroup var input: GraphArguments

    func run() throws {
        try reportingErrors {
            let session = try input.session()
            let graph = session.graph
            let count = graph.parameters.reduce(0) { $0 + graph[$1].type.elementCount }
            print("\(input.graph): graph \"\(graph.name)\" is fine: \(graph.nodes.count) values, \(count) parameters")
        }
    }
}
