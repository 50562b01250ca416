import ArgumentParser
import Base
import FileAccess
import Imaging
import ModelABI
import Ranks
import Runtime
import TensorFiles
import TrainerSupport

/// The whole trainer of an emitted model, whose `main` only returns `unetc_trainer_main(c, v, unetc_model_get())`.
///
/// - Returns: the process's exit code: 0 done, 1 the user's input was at fault, 2 usage, 70 a bug.
@_cdecl("unetc_trainer_main")
public func trainerMain(
    _ count: Int32, _ values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ model: UnsafePointer<unetc_model>?
) -> Int32 {
    StandardStreams.occupy()
    MemoryUse.keepLittleFreeMemory()
    let arguments = (0..<Int(count)).compactMap { values?[$0].map { FileName.text(of: $0) } }
    guard let model else {
        StandardStreams.complain("error: the trainer was linked without a model\n")
        return ExitCodes.bug
    }
    // Constant tables.
    nonisolated(unsafe) let tables = model
    let code = withLargeStack {
        Interruption.passOnSignals()
        return runTrainer(arguments: arguments, model: tables)
    }
    return StandardStreams.exitCode(code)
}

/// The trainer as a function: `arguments` begin with the program's name.
///
/// - Returns: the exit code; errors have gone to standard error.
public func runTrainer(arguments: [String], model: UnsafePointer<unetc_model>) -> Int32 {
    Interruption.ignoreWriteSignals()
    let environment = Environment.all
    let launcher = Launcher(environment)
    do {
        let command = try parse(arguments)
        let context = TrainerContext(model: try Model(tables: model), arguments: arguments, launcher: launcher)
        try together(context, environment, isShared: command is any SharedVerb) { try perform(command, $0) }
        return 0
    } catch let code as ExitCode {
        // Everything has been said.
        return code.rawValue
    } catch is Interrupted {
        Interruption.letThrough()
        return ExitCodes.userFault
    } catch let error as UsageError {
        // Of several processes all find the same.
        launcher?.letFirstSpeak()
        return (launcher?.rank ?? 0) == 0 ? report(usage: error.cause, arguments) : ExitCodes.usage
    } catch {
        return report(error)
    }
}

/// What the command line asks for.
/// - Throws: `UsageError`.
func parse(_ arguments: [String]) throws -> any ParsableCommand {
    do {
        return try TrainerCommand.parseAsRoot(CommandLineWords.joiningNumbers(Array(arguments.dropFirst())))
    } catch {
        throw UsageError(cause: error)
    }
}

/// Does it.
/// - Throws: `TrainerError`, `RuntimeError`, `TensorFileError`, `ImageError`, `FileError` or `ThreadError` for
///   faults of the user's input.
func perform(_ command: any ParsableCommand, _ context: TrainerContext) throws {
    if let verb = command as? any TrainerVerb { return try verb.run(context) }
    if let root = command as? TrainerCommand, root.version {
        StandardStreams.say(try root.versionText(of: context.model))
        return
    }
    // Help, which ArgumentParser answers itself, as an error.
    var command = command
    do { try command.run() } catch { throw UsageError(cause: error) }
}

/// The command line asked for help or makes no sense.
struct UsageError: Error {
    var cause: any Error
}

/// Help is an error that is none.
private func report(usage error: any Error, _ arguments: [String]) -> Int32 {
    let isHelp = TrainerCommand.exitCode(for: error).isSuccess
    let message = TrainerCommand.fullMessage(for: error)
    if isHelp {
        StandardStreams.say(message + "\n")
    } else {
        let words = Array(arguments.dropFirst())
        let commands = TrainerCommand.configuration.subcommands.map { $0._commandName }
        StandardStreams.complain(
            CommandLineWords.refusal(message, of: words, program: "trainer", commands: commands) + "\n")
    }
    return isHelp ? 0 : ExitCodes.usage
}
