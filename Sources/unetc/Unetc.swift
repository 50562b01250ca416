import Base
import ArgumentParser
import Driver
import Strategy
import FileAccess

import Platform

@main
struct Unetc: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unetc",
        abstract: "Compiles a segmentation net, declared as a graph, into a native trainer.",
        discussion: """
            A first run:
              unetc compile graphs/unet.graph -D width=16
              generated/unet/trainer train --data DIR --out RUN
            """,
        version: ([compilerVersion] + [BuildRecord.text].compactMap(\.self)).joined(separator: "\n"),
        subcommands: [
            Compile.self, Check.self, Format.self, Dump.self, Inspect.self, Run.self, Bench.self, Budget.self,
            Verify.self,
            Export.self, Import.self, BundleCommand.self, PlaceBlocks.self, Doctor.self,
        ])

    /// The command line's words without the program's name, as they are: Swift's own list repairs names of files.
    private static var arguments: [String] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { index in
            CommandLine.unsafeArgv[index].map { FileName.text(of: $0) }
        }
    }

    static func main() {
        StandardStreams.occupy()
        // A reader that leaves (`unetc dump … | head`) ends the program quietly.
        signal(SIGPIPE, SIG_DFL)
        let code = StandardStreams.exitCode(withLargeStack(performed))
        removeTemporaryCache()
        Platform.exit(code)
    }

    /// Does what the command line asks for.
    /// - Returns: the exit code; errors have gone to standard error.
    @Sendable
    private static func performed() -> Int32 {
        do {
            var command = try parseAsRoot(CommandLineWords.joiningNumbers(Self.arguments))
            try command.run()
            return 0
        } catch let error as CommandFailure {
            printError(error.text)
            return error.exitCode
        } catch {
            // Help is an error that is none.
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            if code.isSuccess {
                printResult(message)
            } else if !message.isEmpty {
                printError(
                    CommandLineWords.refusal(
                        message, of: arguments, program: "unetc",
                        commands: configuration.subcommands.map { $0._commandName }))
            }
            return code == .validationFailure ? 2 : code.rawValue
        }
    }
}
