import ArgumentParser
import Driver

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
        version: compilerVersion,
        subcommands: [
            Compile.self, Check.self, Format.self, Dump.self, Inspect.self, Run.self, Bench.self, Budget.self,
            Verify.self,
            PlaceBlocks.self, Doctor.self,
        ])

    static func main() {
        // A closed pipe (`unetc dump … | head`) ends the program quietly.
        ignoreBrokenPipe()
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let error as CommandFailure {
            printError(error.text)
            Self.exit(withError: ExitCode(error.exitCode))
        } catch {
            let code = exitCode(for: error)
            if code == .validationFailure {
                printError(fullMessage(for: error))
                Self.exit(withError: ExitCode(2))
            }
            exit(withError: error)
        }
    }
}
