import Base
import GraphDSL
import GraphIR
import Inspection
import MemoryPlanning
import Passes
import Programs
import TestSupport

extension FuzzSubject {
    /// The reader of dumps, `unetc dump --from`: graphs, schedules and plans with broken numbers, words and lines.
    /// - Throws: what the compiler throws for the graphs that dumps are made of.
    public static func dumps() throws -> FuzzSubject {
        let texts = try sampleDumps().map { Array($0.text.utf8) }
        return FuzzSubject(name: "dump", makeInput: { dumpInput(texts, &$0) }, check: checkDump)
    }
}

// MARK: Inputs

/// Small dumps of all stages, in which every operator, companions, scratch, prepared and derived values occur.
private func sampleDumps() throws -> [StageDump] {
    let unet = try SampleGraph.smallUNet(width: 2, size: 4)
    var dumps: [StageDump] = [
        .graph(try SampleGraph.everything(), stage: "graph"), .graph(try SampleGraph.companions(), stage: "graph"),
    ]
    for kind in [PlanKind.train, .infer] {
        let program = try runPipeline(unet, for: kind).program
        dumps.append(.program(program))
        dumps.append(planned(program, kind))
    }
    for seed in UInt64(1)...12 {
        guard let graph = compileGraph(text: randomGraphText(seed: seed), fileName: "random.graph").graph else {
            continue
        }
        let kind = seed % 3 == 0 ? PlanKind.infer : graph.loss == nil ? .gradients : .train
        dumps.append(planned(try runPipeline(graph, for: kind).program, kind))
    }
    // Long ones take time and show nothing more.
    return dumps.filter { ($0.graph?.nodes.count ?? 0) <= 150 }
}

private func planned(_ program: Program, _ kind: PlanKind) -> StageDump {
    var program = program
    for (place, id) in program.steps.enumerated() where program.graph[id].op.convGeometry != nil {
        let candidates = [ConvolutionAlgorithm.direct, .narrowInput, .gemm]
        program[id] = Step(
            program.graph[id],
            by: AlgorithmChoice(
                candidates[place % 3], reason: .costModel,
                predictions: candidates.map { AlgorithmChoice.Prediction($0, milliseconds: 0.25) }))
        if place % 2 == 0 { program[id].scratchBytes = 100 } else { program[id].preparedBytes = 200 }
        program[id].milliseconds = 0.5
    }
    let options = PlanningOptions(strategy: .greedy, batchCapacity: 2)
    let plan = planMemory(program, options: options)
    var listing = PlanListing(name: kind.rawValue, plan: plan)
    if !listing.runs.isEmpty {
        listing.runs[0].algorithm = "a \"word\""
        listing.runs[0].workspaceBytes = 64
    }
    return .planned(listing, lowered: nil)
}

private func dumpInput(_ texts: [[UInt8]], _ random: inout SplitMix64) -> [UInt8] {
    let original = texts[Int.random(in: 0..<texts.count, using: &random)]
    let other = texts[Int.random(in: 0..<texts.count, using: &random)]
    return dumpMutator.mutated(original, with: other, &random)
}

private let dumpMutator = TextMutator(
    fragments: [
        "%", "{", "}", "[", "]", "(", ")", ",", ":", "=", "//", "\"", "\\", "\\u{41}", "\\u{d800}", "-1", "- 1", "%0",
        "%1",
        "%99", "%-1", "[]", "[N]", "[N, 3, 8, 8]", "[0]", "class", "{kernel: [3, 3]}", "{}", "then relu",
        "then add(%1)",
        "beside %0", "output y = %0", "loss %0", "gradient %0 = %1", "train {optimizer: sgd}", "program {",
        "by direct {reason: forced, candidates: direct_gemm, predicted: 1_2}",
        "{scratch: 8, prepared: 16, workspace: 24, ms: 0.5}",
        "plan train {",
        "step %0", "value %0 in nchw8c", "in nchw16c", "scratch of %0", "prepared of %0",
        "run %0 by \"x\" {workspace: 8}",
        "buffer 0 of %0 {region: arena, offset: 0, bytes: 64, moments: [-1, 0]}", "value %0 {start: 0, stride: 0}",
        "settings {batch: 65536, strategy: best, alignment: 1}", "sizes {arena: 0}",
        "proof {bound: 0, nodes: 0, cut: 1}",
        "saved {fusion: -1}", "region: derived", "region: parameters", "%0 x = input : [N, 1, 1, 1]", "inf", "nan",
        "1e999",
        "relu", "concat(%0, %0)", "update(%0, %1)", "// a.graph:1:1 \"derived\"", "// \"",
    ],
    nests: [
        ("(", ")"), ("[", "]"), ("{", "}"), ("\"", "\""), ("-", ""), ("%", ""), ("//", ""), ("a: ", ","),
        (" then relu", ""),
    ],
    numbers: [
        "0", "1", "-1", "2", "16", "64", "65536", "65537", "2147483647", "4294967296", "8796093022208", "8796093022209",
        "1099511627776", "4611686018427387904", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "1e308", "0.5",
    ],
    blanks: [" ", "\t", "\n", "\r\n", " // c\n", "\n// c\n", ","],
    kinds: [
        ["arena", "parameters", "prepared", "derived"], ["greedy", "naive", "best"],
        ["nchw8c", "nchw16c", "nchw4c", "nchw"],
        ["step", "value", "run", "buffer"], ["scratch", "prepared", "of"],
        ["relu", "sigmoid", "silu", "tanh", "add", "multiply"],
        ["input", "target", "parameter"], ["weight", "bias", "scale", "shift", "running_mean", "running_variance"],
        ["offset", "bytes", "start", "stride"], ["graph", "program", "plan"],
        ["direct", "gemm", "winograd4", "narrow-input"],
        ["scratch", "prepared", "workspace", "ms"], ["reason", "candidates", "predicted"],
        ["output", "loss", "gradient", "train"],
        ["max_pool", "max_unpool"], ["conv", "conv_data_gradient", "conv_weight_gradient"], ["true", "false"],
    ])

// MARK: Promises

/// A dump is refused with its line or the rule that it breaks; or it reads back byte for byte, and has all forms.
private func checkDump(_ bytes: [UInt8]) -> FuzzOutcome {
    let text = String(decoding: bytes, as: UTF8.self)
    let dump: StageDump
    do {
        dump = try StageDump(parsing: text)
    } catch {
        let lines = text.utf8.count { $0 == UInt8(ascii: "\n") } + 1
        guard (1...lines).contains(error.line) else {
            return .wrong("line \(error.line) of \(lines): \(error.message)")
        }
        return error.message.isEmpty ? .wrong("an error without a message") : .refused
    }
    if let faults = dump.faults {
        return faults.messages.contains(where: \.isEmpty) || faults.messages.isEmpty
            ? .wrong("\(faults.subject) is refused without a word") : .refused
    }
    do {
        let again = try StageDump(parsing: dump.text)
        if again.text != dump.text || again.graph != dump.graph { return .wrong("the text reads back as another") }
    } catch {
        return .wrong("the text does not read back: \(error)")
    }
    return complaint(aboutFormsOf: dump).map(FuzzOutcome.wrong) ?? .accepted
}

private func complaint(aboutFormsOf dump: StageDump) -> String? {
    // Large ones would only cost time.
    guard let graph = dump.graph, graph.nodes.count <= 300 else { return nil }
    let whole = dump.json
    let parts = graph.nodes.first.map { [dump.json(around: $0.name, radius: 1)] } ?? []
    let diff = GraphComparison(dump, dump)?.json()
    for json in [whole, diff] + parts {
        guard let json, (try? JSON(parsing: json.utf8)) != nil else { return "a form as JSON cannot be read" }
    }
    for drawing in [dump.picture.svg(), dump.picture.dot, dump.arena?.svg ?? "-"] where drawing.isEmpty {
        return "a drawing is empty"
    }
    return nil
}
