import ArgumentParser
import Driver
import Strategy

struct Format: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lay graphs' files out canonically: indentation, blanks, line breaks, alignment.",
        discussion: """
            Comments and single empty lines stay, and so does what the graph means. A file with syntax errors is left \
            alone. - formats standard input to standard output.
            """)

    @Argument(help: "The graphs' files; - is standard input.")
    var graphs: [String]

    @Flag(help: "Write nothing; name the files that are not formatted, and exit 1 if there are any.")
    var check = false

    @Flag(help: "Print the result in place of writing it to the file.")
    var stdout = false

    func validate() throws {
        if check && stdout { throw ValidationError("--check prints nothing: give either --check or --stdout.") }
    }

    func run() throws {
        var exitCode: Int32 = 0
        for path in graphs {
            do {
                let file = try reportingErrors { try FormattedFile(path: path) }
                if try handle(file) { exitCode = max(exitCode, 1) }
            } catch let failure as CommandFailure {
                // The other files can be formatted all the same.
                printError(failure.text)
                exitCode = max(exitCode, failure.exitCode)
            }
        }
        if exitCode != 0 { throw ExitCode(exitCode) }
    }

    /// - Returns: true for a file that fails the check.
    private func handle(_ file: FormattedFile) throws -> Bool {
        if check {
            if file.isChanged { printResult("\(file.path) is not formatted") }
            return file.isChanged
        }
        if stdout || file.path == "-" {
            printContent(file.text)
        } else if file.isChanged {
            try reportingErrors { try file.write() }
            printResult("formatted \(file.path)")
        }
        return false
    }
}
