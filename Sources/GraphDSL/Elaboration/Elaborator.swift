import Base
import Diagnostics
import GraphIR

/// Turns a graph's syntax into a typed graph: evaluates constants, expands blocks, infers shapes, names nodes.
///
/// Each finding is reported and its value becomes `invalid`, so that one mistake costs one diagnostic and the rest of
/// the text is checked nevertheless.
struct Elaborator {
    /// Levels of expressions and blocks that keep the recursion within a thread's stack.
    static let depthLimit = 300
    /// Calls of blocks, which could multiply without making a single node.
    static let callLimit = 10_000

    let syntax: GraphSyntax
    let file: SourceFile
    var diagnostics: DiagnosticCollector
    var builder: GraphBuilder
    var parameters = Scope()
    var blocks: [String: BlockDeclaration] = [:]
    /// Blocks in the order of their declaration.
    var blockNames: [String] = []
    /// Declarations inside the graph that elaboration has not come to yet.
    var laterBlocks: [String: SourceRange] = [:]
    /// Whether calls of a block make parameters, as far as it has been asked for.
    var parametrisedBlocks: [String: Bool] = [:]
    var frames: [Frame] = []
    /// Statements by their full names, those of blocks with their prefixes.
    var fullNames: [String: NameClaim] = [:]
    /// The statement at work.
    var statement = StatementState()
    var depth = 0
    var calls = 0
    /// Set when a limit was hit, so that elaboration ends soon.
    var isAborted = false
    private var warnings: [Diagnostic] = []
    var lossStatement: SourceRange?
    var trainStatement: SourceRange?
    /// What the `train` block says stays as it is: each pattern of names of parameters, and where it stands.
    var frozen: [(pattern: NamePattern, range: SourceRange)] = []

    /// What has to be known about a statement while its expression is evaluated.
    struct StatementState {
        /// For messages: `"enc1_1"`.
        var description = ""
        /// False in a `loss` statement, which has no name to give to parameters.
        var canHaveParameters = true
        /// The first call with parameters.
        var parametrised: Name?
    }

    /// Where a full name was first taken, and whether its own part of it has dots.
    struct NameClaim {
        var range: SourceRange
        var isDotted: Bool
    }

    init(_ syntax: GraphSyntax, file: SourceFile, diagnostics: DiagnosticCollector) {
        self.syntax = syntax
        self.file = file
        self.diagnostics = diagnostics
        self.builder = GraphBuilder(graphName: syntax.graph?.name.text ?? "", file: file)
    }

    /// The graph, or nil when anything is wrong with the text.
    /// - Parameter sizeRule: in place of what the graph's header says of sizes.
    mutating func run(overrides: [(name: String, value: String)], sizeRule: SizeRule? = nil) -> Graph? {
        let hadSyntaxErrors = diagnostics.hasErrors
        guard let graph = syntax.graph else { return nil }
        defineParameters(graph.parameters, overrides: overrides)
        builder.sizeRule = sizeRule ?? graph.sizes?.rule ?? .exact
        for block in syntax.blocks { declare(block, isInGraph: false) }
        for case .block(let block) in graph.body.map(\.kind) where laterBlocks[block.name.text] == nil {
            laterBlocks[block.name.text] = block.name.range
        }

        var frame = Frame()
        frame.definitions = definitions(in: graph.body)
        frames.append(frame)
        for statement in graph.body where !isAborted { elaborate(statement) }
        if !hadSyntaxErrors, !isAborted, builder.graph.outputs.isEmpty, !hasOutputStatement(graph) {
            report(
                "graph \"\(graph.name.text)\" has no output", at: graph.name.range,
                hint: "add output NAME = VALUE for what the net computes")
        }
        checkUncalledBlocks()
        if !diagnostics.hasErrors { checkWhole(graph) }
        guard !diagnostics.hasErrors else { return nil }
        warnAboutUnusedNames()
        for warning in warnings { diagnostics.report(warning) }
        return builder.graph
    }

    // MARK: Reporting

    mutating func report(
        _ message: String, at range: SourceRange?, notes: [Diagnostic.Note] = [], hint: String? = nil
    ) {
        report(Diagnostic(message, at: range, notes: notes, hint: hint))
    }

    /// Inside a block, names the calls that led there, and reports each place once however often the block is called.
    mutating func report(_ diagnostic: Diagnostic) {
        var diagnostic = diagnostic
        let callers = frames.reversed().prefix(4).filter { $0.call != nil }
        if !callers.isEmpty, diagnostics.hasError(at: diagnostic.range) { return }
        for frame in callers {
            guard let call = frame.call, let block = frame.block else { continue }
            diagnostic.notes.append(.init("in this call of block \"\(block.syntax.name.text)\"", call))
        }
        diagnostics.report(diagnostic)
    }

    /// A warning, shown only when there are no errors.
    mutating func warn(_ message: String, at range: SourceRange, hint: String? = nil) {
        warnings.append(Diagnostic(message, at: range, hint: hint, severity: .warning))
    }

    /// Reports a limit and ends the elaboration.
    mutating func abort(_ message: String, at range: SourceRange, hint: String? = nil) {
        if !isAborted { report(message, at: range, hint: hint) }
        isAborted = true
    }

    // MARK: Names

    func definitions(in body: [Statement]) -> [String: SourceRange] {
        var ranges: [String: SourceRange] = [:]
        for statement in body {
            switch statement.kind {
            case .input(let name, _), .target(let name, _), .definition(let name, _), .output(let name, _):
                if ranges[name.text] == nil { ranges[name.text] = name.range }
            case .loss, .result, .train, .block: break
            }
        }
        return ranges
    }

    var frame: Frame { frames.last ?? Frame() }

    /// Changes the current body in place: a copy of its names for each statement would add up.
    mutating func modifyFrame(_ body: (inout Frame) -> Void) {
        guard let last = frames.indices.last else { return }
        body(&frames[last])
    }

    /// Graph parameters can be seen in the graph and in blocks declared there.
    var seesParameters: Bool { frame.block?.isInGraph ?? true }

    /// Binds a name in the current body; a second definition is an error and changes nothing.
    mutating func define(_ name: Name, _ value: Value, _ role: Binding.Role) {
        if let earlier = binding(of: name.text) {
            report(
                "\"\(name.text)\" is defined twice", at: name.range,
                notes: [.init("the first definition, as \(article(earlier.role.rawValue))", earlier.name.range)],
                hint: "names are defined once; choose another one")
            return
        }
        if name.text == "loss" {
            report("\"loss\" names the result of the loss statement", at: name.range, hint: "choose another name")
            return
        }
        modifyFrame { $0.scope.define(Binding(name: name, value: value, role: role)) }
    }

    mutating func defineParameters(_ list: [ParameterSyntax], overrides: [(name: String, value: String)]) {
        frames.append(Frame())
        for override in overrides where !list.contains(where: { $0.name.text == override.name }) {
            reportUnknownOverride(override.name, list.map(\.name.text))
        }
        for parameter in list {
            let name = parameter.name
            if let earlier = parameters[name.text] {
                report(
                    "graph parameter \"\(name.text)\" is declared twice", at: name.range,
                    notes: [.init("the first declaration", earlier.name.range)])
                continue
            }
            var value = evaluate(parameter.value)
            if case .tensor = value { value = .invalid }
            if let text = overrides.last(where: { $0.name == name.text })?.value {
                value = overridden(name.text, default: value, text)
            }
            parameters.define(Binding(name: name, value: value, role: .parameter))
        }
        frames.removeAll()
    }

    mutating func declare(_ block: BlockSyntax, isInGraph: Bool) {
        let name = block.name
        if OperatorTable.isReserved(name.text) {
            report("\"\(name.text)\" is an operator", at: name.range, hint: "choose another name for the block")
        } else if let earlier = blocks[name.text] {
            report(
                "block \"\(name.text)\" is declared twice", at: name.range,
                notes: [.init("the first declaration", earlier.syntax.name.range)])
        } else {
            blocks[name.text] = BlockDeclaration(syntax: block, isInGraph: isInGraph)
            blockNames.append(name.text)
        }
    }

    // MARK: Checks of the whole graph

    private func hasOutputStatement(_ graph: GraphDeclaration) -> Bool {
        graph.body.contains { if case .output = $0.kind { true } else { false } }
    }

    /// Looks into blocks that nobody calls. Without arguments their shapes are unknown, their names and calls are not.
    private mutating func checkUncalledBlocks() {
        let warningCount = warnings.count
        for name in blockNames where !isAborted {
            if let block = blocks[name], !block.isUsed { checkUncalled(block) }
        }
        // That the block is never called says it all.
        warnings.removeSubrange(warningCount...)
    }

    private mutating func warnAboutUnusedNames() {
        for binding in parameters.unused + frame.scope.unused where binding.role != .output { warnUnused(binding) }
        for name in blockNames {
            guard let block = blocks[name], !block.isUsed else { continue }
            warn("block \"\(name)\" is never called", at: block.syntax.name.range)
        }
    }

    mutating func warnUnused(_ binding: Binding) {
        let role = binding.role == .value ? "" : binding.role.rawValue + " "
        warn("\(role)\"\(binding.name.text)\" is never used", at: binding.name.range)
    }
}

func article(_ noun: String) -> String { ("aeiou".contains(noun.prefix(1)) ? "an " : "a ") + noun }
