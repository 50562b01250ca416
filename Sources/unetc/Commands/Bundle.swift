import ArgumentParser
import Bundling
import Driver
import KernelIR
import Kernels
import Strategy

import enum Base.ElementType
import Runtime

struct BundleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle",
        abstract: "Write a trained net as a C library that allocates nothing, for programs of your own.",
        discussion: """
            The folder has C99 that needs nothing but the C library: a header that explains itself, kernels for each target, \
            the best of which is taken at run time, the weights, CMakeLists.txt, an example and a test. Pictures of any size \
            go in, masks come out, resized, normalised and decided as `trainer predict` does.

            With --web there is also web/index.html, a page that is all that is needed to try the net in a browser, without \
            a connection: pictures from files or the camera, the mask over them. Beside it the net is a module for pages of \
            your own.
            """)

    @OptionGroup var input: GraphArguments

    @Option(
        help: ArgumentHelp(
            "A run's best.safetensors, or parameters by name (safetensors); default: the graph's initial values.",
            valueName: "file"))
    var weights: String?

    @Option(help: ArgumentHelp("Where to write (default: bundles/<graph name>).", valueName: "dir"))
    var output: String?

    @Option(
        help: """
            A processor to have kernels for, any number of times: x86-64, x86-64-v3, x86-64-v4, x86-64-v4-bf16, aarch64, \
            wasm32, or native alone. (default: all of this machine's kind)
            """)
    var target: [String] = []

    @Option(
        help:
            "How feature maps are stored and multiplied: f32, or bf16. (default: what the graph's train block says, or f32)"
    )
    var precision: ElementType?

    @Option(help: "Pictures that a call computes at once, for unetc_run().")
    var batch = 1

    @Option(
        help: ArgumentHelp(
            "The tiles of large pictures: auto, a size such as 512 or 384x512, or none; default: auto, or none for graphs that cannot be computed tile by tile.",
            valueName: "size"))
    var tile: TileArgument?

    @Option(help: ArgumentHelp("What functions and files are called (default: the graph's name).", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp(
            "From which probability on a pixel counts, unless the program says another: a number, or best, as `trainer predict` takes it (default: 0.5).",
            valueName: "number"))
    var threshold: String?

    @Flag(
        help: "Let the net learn where it is used: steps of training, as the trainer takes them, of the graph's batch.")
    var train = false

    @Flag(help: "Make the weights a part of the program, in place of a file.")
    var embed = false

    @Flag(
        help: """
            Make a page for browsers as well, and a JavaScript module: the net in WebAssembly. Takes the Swift toolchain's \
            clang and wasm-ld, or the clang that UNETC_CLANG names.
            """)
    var web = false

    @Flag(
        help: """
            Also make a package for Python of it, a wheel, which needs numpy alone: import NAME; NAME.load().segment(picture). \
            Takes a C compiler.
            """)
    var wheel = false

    @Flag(help: "Replace files in the output folder that unetc has not written, or that were changed since.")
    var overwrite = false

    @Option(help: "Processor threads to compile with (default: all).")
    var threads: Int?

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads takes a number from 1, found \(threads)") }
        if target.contains("native") && target.count > 1 {
            throw ValidationError("--target native is for this machine alone: give it alone, or name the kinds.")
        }
        if let name, BundleNames(name).prefix != name {
            throw ValidationError("--name takes a C identifier, such as \(BundleNames(name).prefix), found \"\(name)\"")
        }
    }

    func run() throws {
        try reportingErrors {
            let wasm = web ? try WasmToolchain() : nil
            let session = try input.session()
            let folder = output ?? "bundles/\(session.graph.name)"
            try checkOutput(folder, reading: [input.graph, weights])
            let making = try BundleMaking(
                session: session, weights: weights, targets: try targets(session), options: try options(), tile: tile,
                embeds: embed, learns: train, name: name, threshold: try decision(), hasPage: web)
            for note in making.notes { printResult(note) }
            for line in try making.write(to: folder, overwrites: overwrite, wasm: wasm, wheel: wheel) {
                printResult(line)
            }
            printResult(
                "try: cmake -B \(folder)/build \(folder) && cmake --build \(folder)/build && ctest --test-dir \(folder)/build"
            )
            if web { printResult("open in a browser: \(folder)/web/index.html") }
        }
    }

    private func decision() throws -> BundleThreshold {
        guard let threshold else { return .number(0.5) }
        if threshold == "best" { return .best }
        guard let number = Double(threshold), number > 0, number < 1 else {
            throw CommandFailure(
                "--threshold takes a number between 0 and 1, or best, found \"\(threshold)\"", exitCode: 2)
        }
        return .number(number)
    }

    private func options() throws -> CompileOptions {
        var options = CompileOptions(target: .native(), batch: batch, jobs: threads ?? processorCount())
        guard (1...1024).contains(batch) else {
            throw CommandFailure("--batch takes a number from 1 to 1024, found \(batch)", exitCode: 2)
        }
        options.precision = precision
        options.overwrites = overwrite
        return options
    }

    private func targets(_ session: Session) throws -> [Target] {
        var names: Set<String> = []
        guard target.isEmpty else { return try target.filter { names.insert($0).inserted }.map { try .named($0) } }
        #if arch(arm64)
        return [.aarch64]
        #else
        let precision = precision ?? session.graph.training.precision
        return precision == .bfloat16 ? [.x86v1, .x86v3, .x86v4, .x86v4bf16] : [.x86v1, .x86v3, .x86v4]
        #endif
    }
}
