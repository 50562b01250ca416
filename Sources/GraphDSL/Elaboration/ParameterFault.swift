import Diagnostics
import GraphIR

/// Why a graph fails that is wrong for the values of its parameters alone: with others it is fine.
///
/// One such value may be wrong in every statement. What it is, and what would do, is said once.
struct ParameterFault {
    let syntax: GraphSyntax
    let file: SourceFile
    let overrides: [(name: String, value: String)]

    /// The finding that stands for all that `failed` has found; nil where the text itself is at fault.
    func finding(of failed: Elaborator) -> Diagnostic? {
        // Without a place it is about the command line, and says so.
        guard let first = failed.diagnostics.firstError, let range = first.range else { return nil }
        return sizeFinding(failed, .init(first.message, range)) ?? overrideFinding(first)
    }

    /// Whether the graph is one with such values, or with another rule for sizes.
    private func isFine(with overrides: [(name: String, value: String)], _ rule: SizeRule? = nil) -> Bool {
        var trial = Elaborator(syntax, file: file, diagnostics: DiagnosticCollector())
        return trial.run(overrides: overrides, sizeRule: rule) != nil
    }

    // MARK: Sizes that do not divide

    /// A parameter that is a size of an input, and by what the net divides it.
    private struct Size {
        var name: String
        var value: Int
        var divisor: Int
        var range: SourceRange

        /// The multiple below or above.
        func multiple(_ isAbove: Bool) -> Int { (value / divisor + (isAbove ? 1 : 0)) * divisor }
    }

    /// Pooling rounds down, so that maps of a size that does not divide come back smaller than those they are to join.
    private func sizeFinding(_ failed: Elaborator, _ consequence: Diagnostic.Note) -> Diagnostic? {
        let sizes = undividedSizes(failed)
        guard let first = sizes.first else { return nil }
        let fitting = [false, true].map { isAbove in sizes.map { ($0.name, $0.multiple(isAbove)) } }.filter { values in
            values.allSatisfy { $0.1 > 0 } && isFine(with: overrides + values.map { (name: $0.0, value: "\($0.1)") })
        }
        guard !fitting.isEmpty else { return nil }
        let flags = fitting.map { values in values.map { "-D \($0.0)=\($0.1)" }.joined(separator: " ") }
        let pads = isFine(with: overrides, .pad) ? ", or \"sizes: pad\" in the graph's header" : ""
        return Diagnostic(
            "\"\(first.name)\" is \(first.value), expected a multiple of \(first.divisor), by which the net divides it on "
                + "its way down",
            at: first.range, notes: [consequence], hint: flags.joined(separator: " or ") + pads)
    }

    private func undividedSizes(_ failed: Elaborator) -> [Size] {
        let divisor = failed.builder.graph.largestReduction
        var sizes: [Size] = []
        for statement in syntax.graph?.body ?? [] {
            guard case .input(_, let type?) = statement.kind else { continue }
            for (size, divisor) in zip(type.sizes.suffix(2), [divisor.height, divisor.width]) {
                guard case .name(let name) = size.kind, !sizes.contains(where: { $0.name == name }),
                    case .integer(let value)? = failed.parameters[name]?.value, value > 0, value % divisor != 0
                else { continue }
                sizes.append(Size(name: name, value: value, divisor: divisor, range: size.range))
            }
        }
        return sizes
    }

    // MARK: Values of the command line

    /// The first finding, where the graph's own values make none.
    private func overrideFinding(_ first: Diagnostic) -> Diagnostic? {
        guard !overrides.isEmpty, isFine(with: []) else { return nil }
        let culprit = overrides.last { one in isFine(with: overrides.filter { $0.name != one.name }) }
        let parameter = syntax.graph?.parameters.first { $0.name.text == culprit?.name }
        let cause =
            if let culprit, let parameter {
                "-D \(culprit.name)=\(culprit.value) makes it so; with the graph's own \(file.excerpt(parameter.value.range)) "
                    + "it is fine"
            } else { "the values of -D make it so; with the graph's own it is fine" }
        var finding = first
        finding.hint = [first.hint, cause].compactMap(\.self).joined(separator: "; ")
        return finding
    }
}

extension Graph {
    /// How many pixels of an input one position of the deepest map stands for, in each direction.
    fileprivate var largestReduction: Extent {
        var reductions: [Extent] = []
        var largest = Extent(1)
        for node in nodes {
            let operands = node.inputs.map { reductions[$0.index] }
            var reduction = Extent(operands.map(\.height).max() ?? 1, operands.map(\.width).max() ?? 1)
            switch node.op {
            case .conv(let g): reduction = reduction.multiplied(by: g.stride)
            case .maxPool(let g): reduction = reduction.multiplied(by: g.stride)
            case .convTranspose(let g): reduction = reduction.divided(by: g.stride)
            case .resample(let map) where map.output != Extent(1):
                // One of both is 0 where the size changes much, and none where it is cut or filled a little.
                reduction = reduction.divided(by: map.output.dividing(map.input))
                reduction = reduction.multiplied(by: map.input.dividing(map.output))
            default: break
            }
            reductions.append(reduction)
            largest = Extent(max(largest.height, reduction.height), max(largest.width, reduction.width))
        }
        return largest
    }
}

extension Extent {
    /// Products stay far from overflowing: no map is smaller than one position.
    fileprivate func multiplied(by other: Extent) -> Extent {
        Extent(
            min(height * max(other.height, 1), TensorType.dimensionLimit),
            min(width * max(other.width, 1), TensorType.dimensionLimit))
    }

    fileprivate func dividing(_ other: Extent) -> Extent { Extent(height / other.height, width / other.width) }

    fileprivate func divided(by other: Extent) -> Extent {
        Extent(max(height / max(other.height, 1), 1), max(width / max(other.width, 1), 1))
    }
}
