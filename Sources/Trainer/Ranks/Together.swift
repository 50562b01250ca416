import ArgumentParser
import Base
import FileAccess
import Ranks
import TrainerSupport

/// Does a command, together with the other processes that a launcher has started, if it has. What is one process's work the
/// first of them does.
/// - Parameter isShared: whether it is the work of all.
/// - Throws: as `body`; `ExitCode` once everything has been said.
func together(
    _ context: TrainerContext, _ environment: [String: String], isShared: Bool, _ body: (TrainerContext) throws -> Void
) throws {
    guard let launcher = context.launcher, launcher.hasOthers else { return try body(context) }
    guard isShared else {
        if launcher.rank == 0 { try body(context) }
        return
    }
    let ranks: RankGroup
    do {
        ranks = try RankGroup(environment)
    } catch {
        // All of them lack the same.
        launcher.letFirstSpeak()
        if launcher.rank == 0 { throw error }
        throw ExitCode(ExitCodes.userFault)
    }
    var context = context
    context.ranks = ranks.count > 1 ? ranks : nil
    do {
        try body(context)
        ranks.end()
    } catch {
        try fail(error, ranks, context)
    }
}

/// Ends all processes for what went wrong in this one.
private func fail(_ error: any Error, _ ranks: RankGroup, _ context: TrainerContext) throws {
    context.launcher?.letFirstSpeak()
    var code = ExitCodes.userFault
    switch error {
    case let exit as ExitCode: code = exit.rawValue
    case is Interrupted: break
    case let lost as RankLost:
        StandardStreams.complain("error: \(text(of: lost, ranks, context))\n")
    default:
        code = report(error, of: ranks.isFirst ? nil : ranks.name(of: ranks.rank))
    }
    ranks.abort(code)
    throw ExitCode(code)
}

private func text(of lost: RankLost, _ ranks: RankGroup, _ context: TrainerContext) -> TrainerError {
    TrainerError(
        "\(ranks.name(of: lost.rank)) has not been heard from for \(Text.fixed(lost.seconds, 1)) s: it was ended, or hangs",
        hint: "the last checkpoint is whole; start the processes again, as many as you like, with\n  "
            + RunContinuation.line(context.arguments))
}
