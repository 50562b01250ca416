import Base
import Diagnostics
import GraphDSL
import GraphIR
import TestSupport

private let functionNames: [String] = FunctionDeclaration.activations.map(\.name) + ["softmax", "batch_norm"]
private let lossNames: [String] = LossDeclaration.all.map(\.name) + ["cross_entropy"]

extension FuzzSubject {
    /// The language: lexer, parser, elaboration and formatter, on broken texts of graphs.
    ///
    /// Texts come from the checkout's `graphs/`, from random graphs of all operators, and from one that uses every construct.
    /// - Throws: `FileError` when the bundled graphs cannot be read.
    public static func language(checkout: String) throws -> FuzzSubject {
        let bundled = try ["unet.graph", "unet-small.graph"].map { name in
            withoutComments(try readBytes("\(checkout)/graphs/\(name)"))
        }
        let texts = bundled + [Array(everyConstruct.utf8), Array(everyConstruct.utf8)]
        return FuzzSubject(name: "language", makeInput: { languageInput(texts, &$0) }, check: checkLanguage)
    }

    /// Comments are long and take mutations that then change nothing.
    private static func withoutComments(_ text: [UInt8]) -> [UInt8] {
        lineRanges(text).map { text[$0] }.filter { !$0.drop { $0 == 0x20 }.starts(with: "//".utf8) }.flatMap { $0 }
    }
}

private func languageInput(_ texts: [[UInt8]], _ random: inout SplitMix64) -> [UInt8] {
    func text(_ random: inout SplitMix64) -> [UInt8] {
        if random.unit() < 0.5 { return Array(randomGraphText(seed: random.next() % 1_000).utf8) }
        return texts[Int.random(in: 0..<texts.count, using: &random)]
    }
    let (original, other) = (text(&random), text(&random))
    return languageMutator.mutated(original, with: other, &random)
}

private let languageMutator = TextMutator(
    fragments: [
        "(", ")", "[", "]", "{", "}", ",", ":", ";", "=", "+", "-", "*", "/", "\n", "// a comment\n", "/*", "*/", "#",
        "\"", "\"a.b\"", "\"0\" = relu(x)", "\"e.0\"", "\"input\"", "input \"i/n-1:0\": [1, 8, 8]", "\"a b\"",
        "'", "true", "same", "none", "classes[8, 8]", "[1, 2]", "[1, [2, 3]]", "[]", "()", "(x)", "x", "y", "mask",
        "image",
        "width", "loss", "graph", "block b(x) { return b(x) }", "return x", "return", "input", "input z: [3, 8, 8]",
        "target c: classes[8, 8]", "output", "output o = x", "train {", "train { batch: 3 }", "sizes: pad",
        "sizes: crop",
        "sizes: exact", "stride: 2", "padding: same", "padding: [1, 0]", "groups: 3", "kernel: [1, 7]", "kernel: 3",
        "dilation: 2", "bias: false", "output_padding: 1", "slope: 0.2", "rate: 0.5", "eps: 1e-3", "momentum: 0.2",
        "scale: [2, 3]", "align_corners: true", "like: x", "ignore: 255", "weights: [1.0, 2.0]", "pos_weight: 2",
        "smooth: 0", "lr: 1", "optimizer: sgd(lr: 1)", "schedule: step(every: 1)", "clip: 1", "init: pytorch",
        "conv(x, 4, kernel: 1)", "conv", "relu(x)",
        "max_pool(x, kernel: 2)", "max_unpool(x, p)", "concat(x, y)", "crop(x, like: y)", "pad(x, like: y)",
        "resize(x, size: [5, 7])", "resize(x, like: y, mode: bilinear)", "slice(x, channels: [0, 2])",
        "pad(x, channels: [1, 0])", "pad(x, top: 1, mode: reflect)", "crop(x, left: 2)", "size: 3", "channels: [0, 1]",
        "mode: nearest_exact", "value: -1",
        "group_norm(x, groups: 1)", "batch_norm(x)", "softmax(x)", "dropout(x, rate: 0.1)", "mse(x, x)",
        "normalize(x, mean: [0.5, 1, 2], std: [1, 2, 3])", "clamp(x, min: 0, max: 6)", "global_avg_pool(x)",
        "global_max_pool(x)",
        "instance_norm(x)", "layer_norm(x)", "instance_norm(x, affine: true)", "linear(x, 4)", "affine: true",
        "x * global_avg_pool(x)", "maximum(x, y)", "1 - x",
        "x - y",
        "x / 2", "x / y", "-x", "mean: [0.5]", "std: [1.0]",
        "cross_entropy(x, c)", "bce_with_logits(x, t)", "dice_loss(x, t)", "upsample_nearest(x)", "a.b", "x.relu()",
        "1.5.2",
        "3px", "0x10", "graph t { input x: [1, 2, 3]; output y = x }",
    ],
    nests: [
        ("(", ")"), ("[", "]"), ("-", ""), ("relu(", ")"), ("x + ", ""), ("", " * 2"), ("concat(x, ", ")"), ("{", "}"),
        ("block b(x) { return ", "}"), ("kernel: [", "]"), ("f(", ")"), ("x = ", ""), ("\n", "\n"), (";", ";"),
        ("a: ", ""),
    ],
    numbers: [
        "0", "1", "0.0", "1.0", "1e308", "1e-308", "1e999", "0.5", "64", "255", "256", "65535", "65536", "65537",
        "2147483647", "2147483648", "4294967296", "1099511627776", "4611686018427387904", "9223372036854775807",
        "9223372036854775808", "100000", "1000000", "16777216",
    ],
    blanks: [
        " ", "  ", "\t", "\n", "\n\n\n", "// c\n", "  // c  \n\n", "\n// a line\n", "\r\n", ";", ",",
    ],
    kinds: [
        functionNames, ["add", "sub", "mul", "div", "maximum", "minimum", "concat"],
        ["true", "false"], ["+", "-", "*", "/"], lossNames,
        ["max_pool", "avg_pool"], ["upsample_nearest", "upsample_bilinear", "bed_of_nails"], ["crop", "pad", "exact"],
        ["nearest", "nearest_exact", "bilinear"], ["constant", "reflect", "replicate"],
        ["top", "bottom", "left", "right"],
        ["kernel", "stride", "padding", "dilation", "groups", "scale"], ["width", "size", "rate"],
        ["adam", "adamw", "sgd"],
        ["cosine", "one_cycle", "step"],
        ["output", "loss", ""], ["enc1_1", "enc1_2", "enc2_1", "enc2_2", "pool1", "pool2"],
        ["x", "e", "p", "q", "n", "u", "j", "b"], ["v_0", "v_1", "v_2", "v_3", "v_4", "v_5", "v_6", "v_7"],
    ])

/// A graph in which every statement, every form of expression and most arguments occur.
private let everyConstruct = """
    block pair(a, channels) {
      "0.first" = relu(conv(a, channels, kernel: 3, padding: same)) // one
      return inner(conv("0.first", channels, kernel: [1, 3], padding: [0, 1], bias: false))
    }
    block inner(b) { return leaky_relu(b, slope: 0.1) }
    graph t(width = 4, rate = 0.25, flag = true, sizes: pad) {
      input x: [3, 17, 2 * width + 5]
      target t: [1, 17, 13]
      target c: classes[17, 13]; target w: [3, 17, 13]
      block inside(a) { return dropout(a, rate: rate) + a * 0.5 }
      z = -normalize(x - 0.5, mean: [0.1, 0, -1.0 / 3], std: [1, 0.25, 2]) / 2 + clamp(x, min: 0, max: 1)
      e = pair((1 - maximum(x, z)) * sigmoid(global_avg_pool(x)), width)
      p = max_pool(e, kernel: 2)
      down = pair(p, 2 * width)
      q = batch_norm(down, momentum: 0.2)
      n = group_norm(q, groups: width / 2, eps: 1e-3)
      u = max_unpool(
        conv(n, width, kernel: 1), p,
      )
      up = conv_transpose(n, width, kernel: 2, stride: 2, output_padding: [1, 0])
      b = upsample_bilinear(avg_pool(n, kernel: [2, 1], stride: 1, padding: 0), scale: [2, 1], align_corners: flag)
      output k = crop(bed_of_nails(silu(p), scale: 3), like: e)
      s = slice(resize(pad(e, top: 1, left: 2, mode: reflect), like: e, mode: bilinear), channels: [1, width])
      output r = resize(pad(s, channels: [1, 2]), size: [5, 30], mode: nearest_exact, align_corners: false)
      j = concat(up, e, u, tanh(-1 * b), inside(pad(p, like: e)))
      half = 1 - 1.0 / 2
      level = layer_norm(instance_norm(j), eps: 1e-6)
      line = linear(level, 2, bias: false)
      "lo/gits-1:0" = conv(j, 1, kernel: 1)
      output logits = "lo/gits-1:0"
      several = sigmoid(conv(j, 3, kernel: 1, groups: 1, dilation: 1, stride: 1))
      output probabilities = softmax(several)
      output lines = line
      loss half * bce_with_logits(logits, t, pos_weight: 2) + (1 - half) * dice_loss(logits, t, smooth: 0) +
        0.1 * cross_entropy(several, c, ignore: 255, weights: [1.0, 2, 0]) + mse(several, w)
      train { optimizer: adam(lr: 1e-3, beta1: 0.8, eps: 1e-7, weight_decay: 0)   batch: 8, epochs: 10
        seed: 3; init: pytorch }
    }
    """

/// Everything that the language promises for any file.
private func checkLanguage(_ bytes: [UInt8]) -> FuzzOutcome {
    let file = SourceFile(name: "fuzz.graph", bytes: bytes)
    let (graph, diagnostics) = compileGraph(file)
    let hasErrors = diagnostics.contains { $0.severity == .error }
    if (graph == nil) != hasErrors { return .wrong("a graph comes exactly without errors") }
    if let complaint = complaint(about: diagnostics, file) ?? complaint(about: graph) { return .wrong(complaint) }
    if let complaint = complaintAboutFormatting(file, isGraph: graph != nil) { return .wrong(complaint) }
    return graph == nil ? .refused : .accepted
}

private func complaint(about diagnostics: [Diagnostic], _ file: SourceFile) -> String? {
    // Of each severity, as many as are shown and one that counts the others.
    if diagnostics.count > 2 * (DiagnosticCollector.limit + 1) { return "\(diagnostics.count) diagnostics" }
    for diagnostic in diagnostics {
        let ranges = [diagnostic.range].compactMap { $0 } + diagnostic.notes.map(\.range)
        for range in ranges where range.lower < 0 || range.upper > file.bytes.count {
            return "\"\(diagnostic.message)\" is at \(range.lower)..<\(range.upper) of \(file.bytes.count) bytes"
        }
        let words = [diagnostic.message] + diagnostic.notes.map(\.message) + [diagnostic.hint].compactMap { $0 }
        for text in words where text.isEmpty || text.utf8.count > 2_000 || text.contains("\n") {
            return "a message of \(text.utf8.count) bytes, or of several lines: \"\(text.prefix(40))\""
        }
    }
    let shown = DiagnosticRenderer(file: file).render(diagnostics)
    if shown.isEmpty != diagnostics.isEmpty { return "the diagnostics are not shown" }
    if shown.utf8.count > 1 << 20 { return "the diagnostics take \(shown.utf8.count) bytes" }
    let control = shown.unicodeScalars.first { $0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t" }
    return control.map { "the diagnostics hold the control character U+\(String($0.value, radix: 16))" }
}

private func complaint(about graph: Graph?) -> String? {
    guard let graph else { return nil }
    if let violation = verify(graph).first { return "the graph is not well formed: \(violation)" }
    // Large ones would only cost time.
    guard graph.nodes.count <= 400 else { return nil }
    do {
        return try Graph(parsing: graph.text) == graph ? nil : "the graph's text reads back as another graph"
    } catch {
        return "the graph's text does not read back: \(error)"
    }
}

private func complaintAboutFormatting(_ file: SourceFile, isGraph: Bool) -> String? {
    switch formatGraph(file) {
    case .failed: return "formatting would change the graph"
    case .unreadable(let diagnostics):
        if isGraph { return "a graph's text cannot be formatted" }
        return diagnostics.contains { $0.severity == .error } ? nil : "formatting refuses without an error"
    case .formatted(let text):
        guard case .formatted(let again) = formatGraph(SourceFile(name: file.name, text: text)) else {
            return "a formatted text cannot be formatted"
        }
        return again == text ? nil : "formatting a formatted text changes it"
    }
}
