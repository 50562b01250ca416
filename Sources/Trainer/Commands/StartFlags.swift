import ArgumentParser
import FileAccess
import Nets
import Runtime
import TensorFiles
import TrainerSupport

/// How tensors of a file are found that parameters start from.
enum MatchChoice: String, ExpressibleByArgument, CaseIterable {
    case name, order
}

/// Whether a run starts from weights that are there.
struct StartFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Start from the weights of a file (safetensors, .pt) or of a run, of this net at any size or of another one.",
            valueName: "file"))
    var initFrom: String?

    @Option(
        help: ArgumentHelp(
            "What names in that file are called in the net, by their beginnings: inc.double_conv.0=enc1.conv1,... or "
                + "@rules.txt, a rule a line.", valueName: "rules"))
    var map: [String] = []

    @Option(help: "Find tensors of that file by name, or by their order and shapes, which has to be looked at (--yes).")
    var match = MatchChoice.name

    @Flag(help: "Start anew what that file has not, or in another shape.")
    var skipMismatch = false

    @Flag(help: "The table that --match order shows is right.")
    var yes = false

    mutating func validate() throws {
        let others = [
            ("--map", !map.isEmpty), ("--match", match != .name), ("--skip-mismatch", skipMismatch), ("--yes", yes),
        ]
        if initFrom == nil, let (flag, _) = others.first(where: { $0.1 }) {
            throw ValidationError("\(flag) goes with --init-from.")
        }
        if match == .order && !map.isEmpty { throw ValidationError("--map goes by names, --match order does not.") }
    }

    /// nil without `--init-from`.
    /// - Throws: `TrainerError` or `TensorFileError` when the file does not fit, or nobody has looked at what goes by order.
    func weights(for model: Model, _ console: Console) throws -> StartingWeights? {
        guard let initFrom else { return nil }
        let method = match == .order ? Matching.Method.order : .names(try rules())
        let weights = try StartingWeights(initFrom, for: model, by: method, skipsMismatches: skipMismatch)
        if match == .order && !yes {
            console.answer(weights.matching.table)
            throw TrainerError(
                "--match order: nobody has said yet that this is right", hint: "if it is, give --yes as well")
        }
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
