import Base
import ArgumentParser
import struct Bundling.BundleError
import Driver
import Strategy
import Exchange
import FileAccess
import struct Imaging.ImageError
import enum Base.ElementType
import struct GraphIR.TrainingOptions
import enum KernelIR.Backend
import Kernels
import Runtime
import struct TensorFiles.TensorFileError
import struct TrainerSupport.TrainerError

import Platform

/// A command that cannot go on: what to say, and the exit code it means.
struct CommandFailure: Error {
    var message: String
    var exitCode: Int32

    init(_ message: String, exitCode: Int32 = 1) {
        self.message = message
        self.exitCode = exitCode
    }
}

/// Runs `body`, giving the errors of the compiler and of the runtime their exit codes.
func reportingErrors<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as DriverError {
        throw CommandFailure(error.message, exitCode: error.exitCode)
    } catch let error as BundleError {
        throw CommandFailure(error.description)
    } catch let error as ExchangeError {
        throw CommandFailure(error.description)
    } catch let error as RuntimeError {
        throw CommandFailure(error.description)
    } catch let error as TensorFileError {
        throw CommandFailure(error.description)
    } catch let error as TrainerError {
        throw CommandFailure(error.description)
    } catch let error as ImageError {
        throw CommandFailure(error.description)
    } catch let error as FileError {
        throw CommandFailure(error.description)
    } catch let error as ThreadError {
        throw CommandFailure(error.description)
    }
}

/// Refuses to write over what a command reads, which a slip of the hand may ask for.
/// - Parameter output: nil and `-` write no file.
/// - Throws: `CommandFailure` that names the file.
func checkOutput(_ output: String?, reading inputs: [String?]) throws {
    guard let output, let place = Files.identity(of: output) else { return }
    guard inputs.contains(where: { $0.flatMap(Files.identity) == place }) else { return }
    throw CommandFailure("\(output): is read by this command, which would replace it\n  hint: write to another file")
}

extension CommandFailure {
    /// The message as it is printed: diagnostics say "error:" after their place, everything else says it first.
    var text: String {
        let headline = message.prefix { $0 != "\n" }
        return headline.contains(": error: ") ? message : "error: " + message
    }
}

/// Prints what a command was asked for on standard output. When that fails the program's end says so.
func printResult(_ text: String, terminator: String = "\n") { StandardStreams.say(text + terminator) }

/// Prints a text that a command was asked to make, as it is.
func printContent(_ text: String) { StandardStreams.write(text) }

/// Prints a line on standard error.
func printError(_ text: String) { writeError(text + "\n") }

/// Writes text on standard error.
func writeError(_ text: String) { StandardStreams.complain(text) }

/// `NAME=VALUE`, as `-D` takes it.
struct Definition: ExpressibleByArgument {
    var name: String
    var value: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { return nil }
        name = String(parts[0])
        value = String(parts[1])
    }
}

/// What changes a graph: `-D name=value` and `--freeze`, any number of times.
struct ParameterArguments: ParsableArguments {
    @Option(name: .customShort("D"), help: ArgumentHelp("Set a parameter of the graph.", valueName: "name=value"))
    var definitions: [Definition] = []

    @Option(
        help: ArgumentHelp(
            "Train without parameters of such names, like encoder.*, which stay as they are; any number of times.",
            valueName: "pattern"),
        transform: { NamePattern($0) })
    var freeze: [NamePattern] = []

    var isEmpty: Bool { definitions.isEmpty && freeze.isEmpty }

    var overrides: [(name: String, value: String)] { definitions.map { ($0.name, $0.value) } }
}

/// What every command that reads a graph takes.
struct GraphArguments: ParsableArguments {
    @Argument(help: "The graph's file.")
    var graph: String

    @OptionGroup var parameters: ParameterArguments

    /// The elaborated graph; warnings go to standard error.
    func session() throws -> Session {
        let session = try Session(path: graph, overrides: parameters.overrides, frozen: parameters.freeze)
        if !session.warnings.isEmpty { writeError(session.warnings) }
        return session
    }
}

/// What every command that compiles takes.
struct TargetArguments: ParsableArguments {
    @Option(help: "The processor to compile for: native, x86-64-v3, x86-64-v4, x86-64 or aarch64.")
    var target = "native"

    @Option(help: "Processor threads to compile and to run with (default: all).")
    var threads: Int?

    @Option(help: "How to convolve: auto, or winograd4, winograd2, direct or gemm where they apply.")
    var conv = ConvolutionChoice.auto

    @Option(
        help: """
            How feature maps are stored and multiplied: f32, or bf16, 16-bit floats that are summed as 32-bit ones. \
            Parameters and checkpoints are f32 whatever that is. (default: what the graph's train block says, or f32)
            """)
    var precision: ElementType?

    @Option(help: "The language of the kernels: c, or swift, which takes swiftc ($SWIFTC) in place of the C compiler.")
    var backend = Backend.c

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads takes a number from 1, found \(threads)") }
    }

    var threadCount: Int { threads ?? processorCount() }

    func options(batch: Int? = nil) throws -> CompileOptions {
        if let batch, !(1...TrainingOptions.batchLimit).contains(batch) {
            throw CommandFailure(
                "--batch takes a number from 1 to \(TrainingOptions.batchLimit), found \(batch)", exitCode: 2)
        }
        var options = CompileOptions(target: try .named(target), batch: batch, jobs: threadCount)
        options.convolutions = conv
        options.backend = backend
        options.precision = precision
        return options
    }
}

/// Runs this program anew with other arguments, in place of this process.
func replaceProcess(arguments: [String]) throws -> Never {
    var pointers: [UnsafeMutablePointer<CChar>?] = (["unetc"] + arguments).map { $0.withFileName { strdup($0) } }
    pointers.append(nil)
    execv("/proc/self/exe", &pointers)
    throw CommandFailure("cannot start unetc again: \(systemMessage(errno))", exitCode: 70)
}

extension ConvolutionChoice: ExpressibleByArgument {}

extension Backend: ExpressibleByArgument {}

extension ElementType: ExpressibleByArgument {}
