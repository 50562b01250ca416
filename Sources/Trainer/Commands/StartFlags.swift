import ArgumentParser
import FileAccess
import Nets
import Runtime
import TensorFiles
import TrainerSupport

/// How tensors of a file are found that parameters start from.
package enum MatchChoice: String, ExpressibleByArgument, CaseIterable {
    case name, order
}

/// How tensors of a file become parameters of a net, and who has agreed to it.
package struct MatchFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What names in that file are called in the net, by their beginnings: inc.double_conv.0=enc1.conv1,... or "
                + "@rules.txt, a rule a line.", valueName: "rules"))
    var map: [String] = []

    @Option(help: "Find tensors of that file by name, or by their order and shapes, which has to be looked at (--yes).")
    var match = MatchChoice.name

    @Flag(help: "Start anew what that file has not, or in another shape.")
    package var skipMismatch = false

    @Flag(help: "The table that --match order shows is right.")
    var yes = false

    package init() {}

    package mutating func validate() throws {
        if match == .order && !map.isEmpty { throw ValidationError("--map goes by names, --match order does not.") }
    }

    /// The first flag that is given; nil for none.
    package var given: String? {
        let flags = [
            ("--map", !map.isEmpty), ("--match", match != .name), ("--skip-mismatch", skipMismatch), ("--yes", yes),
        ]
        return flags.first { $0.1 }?.0
    }

    /// - Throws: `TrainerError` for rules that are none.
    package func method() throws -> Matching.Method { match == .order ? .order : .names(try rules()) }

    /// - Parameter show: prints what somebody has to look at.
    /// - Throws: `TrainerError` when nobody has looked at what goes by order.
    package func confirm(_ matching: Matching, show: (String) -> Void) throws {
        guard match == .order && !yes else { return }
        show(matching.table)
        throw TrainerError(
            "--match order: nobody has said yet that this is right", hint: "if it is, give --yes as well")
    }

    private func rules() throws -> NameRules {
        let texts = try map.map { rule in
            guard rule.hasPrefix("@") else { return rule }
            return String(decoding: try Files.read(String(rule.dropFirst()), atMost: 1 << 24), as: UTF8.self)
        }
        do {
            return try NameRules(parsing: texts.joined(separator: "\n"))
        } catch let error as TensorFileError {
            throw TrainerError("--map: \(error.message)", hint: error.hint)
        }
    }
}

/// Whether a run starts from weights that are there.
struct StartFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Start from the weights of a file (safetensors, .pt) or of a run, of this net at any size or of another one.",
            valueName: "file"))
    var initFrom: String?

    @OptionGroup var matching: MatchFlags

    mutating func validate() throws {
        if initFrom == nil, let flag = matching.given { throw ValidationError("\(flag) goes with --init-from.") }
    }

    /// nil without `--init-from`.
    /// - Throws: `TrainerError` or `TensorFileError` when the file does not fit, or nobody has looked at what goes by order.
    func weights(for model: Model, _ console: Console) throws -> StartingWeights? {
        guard let initFrom else { return nil }
        let wanted = model.parameters.map { TensorDescription(name: $0.name, shape: $0.shape) }
        let weights = try StartingWeights(
            initFrom, for: wanted, by: try matching.method(), skipsMismatches: matching.skipMismatch)
        try matching.confirm(weights.matching, show: console.answer)
        return weights
    }

    /// What to warn of when a run is resumed, which goes on from its checkpoint: `--init-from` may stand there as it did at first,
    /// and changes nothing. nil for nothing.
    /// - Throws: `TrainerError` when the run was started without it; as `weights(for:_:)` for a file that does not fit.
    func warning(resuming run: RunRecord, _ model: Model, _ console: Console) throws -> String? {
        guard let initFrom else { return nil }
        guard let before = run.initialWeights else {
            throw TrainerError(
                "--init-from \(initFrom): the run was started without it, and --resume goes on from its checkpoint",
                hint: "leave it out, or start a new run with another --out")
        }
        let now = FileSystem.kind(initFrom) == nil ? nil : try weights(for: model, console)?.digest()
        guard now != before else { return nil }
        let difference = now == nil ? "is not there" : "holds other weights than the run was started from"
        return "--init-from \(initFrom): \(difference); the run goes on from its checkpoint"
    }
}
