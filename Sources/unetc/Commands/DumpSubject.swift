import Base
import Diagnostics
import Driver
import Strategy
import Inspection
import Passes

/// What `unetc dump` is asked to show: a stage, or what changed between two.
enum DumpSubject {
    case stage(StageDump)
    case comparison(GraphComparison)

    init(_ command: Dump) throws {
        if let file = command.from.first {
            self = command.from.count == 1 ? .stage(try StageDump(path: file)) : try Self.compared(command.from)
            return
        }
        guard let path = command.graph else { throw CommandFailure("name a graph's file", exitCode: 2) }
        // A tree can be shown of texts that mean nothing.
        let stage = command.stage ?? .graph
        if stage == .parsed, command.diff.isEmpty {
            self = .stage(try Session.parsed(path: path))
            return
        }
        let session = try Session(
            path: path, overrides: command.parameters.overrides, frozen: command.parameters.freeze)
        if !session.warnings.isEmpty { writeError(session.warnings) }
        var options = try command.target.options(batch: command.batch)
        command.tile?.apply(to: &options)
        let kind = command.plan ?? (command.tile != nil ? .tile : session.graph.loss == nil ? .gradients : .train)
        guard command.diff.count == 2 else {
            self = .stage(try session.dump(stage, of: kind, options))
            return
        }
        let compilation = Compilation(session, options)
        let stages = try command.diff.map { try compilation.dump($0, of: kind) }
        guard let comparison = GraphComparison(stages[0], stages[1]) else {
            throw CommandFailure(
                "--diff compares stages with a graph, from graph to kernels, found parsed", exitCode: 2)
        }
        self = .comparison(comparison)
    }

    /// What has changed from one file to another.
    private static func compared(_ files: [String]) throws -> DumpSubject {
        let dumps = try files.map { try StageDump(path: $0) }
        if let tree = dumps.firstIndex(where: { $0.graph == nil }) {
            throw CommandFailure(
                "--from compares dumps with a graph, from graph to planned; \(files[tree]) is a text of the language"
                    + "\n  hint: unetc dump \(files[tree]) --stage graph makes one of it")
        }
        guard dumps.count == 2, let comparison = GraphComparison(dumps[0], dumps[1], names: (files[0], files[1])) else {
            throw CommandFailure("--from names two dumps to compare", exitCode: 2)
        }
        return .comparison(comparison)
    }

    /// The subject in a form.
    /// - Throws: `CommandFailure` for forms that it does not have.
    func printed(_ format: Dump.Format, _ command: Dump) throws -> String {
        switch format {
        case .text where command.focus == nil: return text
        case .text: return try focused(command).sentences
        case .dot: return try focused(command).dot
        case .svg: return try drawing(command)
        case .json: return try json(command)
        case .table:
            guard case .stage(.planned(_, let lowered?)) = self else {
                throw CommandFailure("--format table goes with --stage planned of a graph's file", exitCode: 2)
            }
            return lowered.table
        }
    }

    private func json(_ command: Dump) throws -> String {
        guard let name = command.focus else {
            switch self {
            case .stage(let dump): return dump.json
            case .comparison(let comparison): return comparison.json() ?? ""
            }
        }
        let part: String?
        switch self {
        case .stage(.parsed), .stage(.kernels):
            throw CommandFailure(
                "--focus can be printed as json from stage graph to planned; try --format text, dot or svg", exitCode: 2
            )
        case .stage(let dump): part = dump.json(around: name, radius: command.radius)
        case .comparison(let comparison): part = comparison.json(near: (name, command.radius))
        }
        guard let part else { throw noNode(name) }
        return part
    }

    private var text: String {
        switch self {
        case .stage(let dump): dump.text
        case .comparison(let comparison): comparison.text
        }
    }

    private var picture: GraphPicture {
        switch self {
        case .stage(let dump): dump.picture
        case .comparison(let comparison): comparison.picture
        }
    }

    private func drawing(_ command: Dump) throws -> String {
        if case .stage(let dump) = self, command.view == .arena, command.focus == nil, let arena = dump.arena {
            return arena.svg
        }
        let picture = try focused(command)
        let shown = command.focus == nil ? picture.withoutParameters : picture
        let usesGraphviz =
            switch command.layout {
            case .builtin: false
            case .graphviz: true
            case .auto: command.direction == nil && Graphviz.isInstalled
            }
        guard shown.nodes.count <= Self.drawnNodes else {
            throw CommandFailure(
                "a drawing takes at most \(Self.drawnNodes) nodes, found \(shown.nodes.count)\n"
                    + "  hint: --focus NODE draws one with those near it; --format text and json have all")
        }
        return usesGraphviz ? try Graphviz.svg(shown) : shown.svg(command.direction ?? .down)
    }

    /// Lines lead past all that lies between their ends, so that a layout takes a square of the nodes; nobody finds a way
    /// in a drawing of so many.
    private static let drawnNodes = 2000

    /// The picture, or the part of it that is asked for.
    private func focused(_ command: Dump) throws -> GraphPicture {
        guard let name = command.focus else { return picture }
        guard let center = picture.nodes.firstIndex(where: { $0.name == name }) else {
            throw noNode(name)
        }
        return picture.around(center, radius: command.radius)
    }

    private func noNode(_ name: String) -> CommandFailure {
        let near = nearMiss(name, among: picture.nodes.map(\.name)).map { "\n  hint: did you mean \"\($0)\"?" }
        return CommandFailure("--focus: no node is called \"\(name)\"\(near ?? "")")
    }
}
