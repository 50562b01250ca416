import Bundling
import DataSets
import Driver
import Emission
import FileAccess
import GraphIR
import Imaging
import Kernels
import Passes
import Runtime
import Strategy
import Tasks
import TensorFiles
import TrainerSupport

/// From which probability on a pixel counts, unless the program says another.
enum BundleThreshold: Hashable {
    case number(Double)
    /// That with which the run was best.
    case best
}

/// A bundle in the making: plans for its targets, weights and what they were trained with, and what the net says here.
struct BundleMaking {
    private let bundle: Bundle
    private let golden: BundleGolden
    private let description: BundleDescription
    private let weights: BundleWeights
    private let page: WebBundle?
    private let options: CompileOptions
    /// What users are told before it is written.
    let notes: [String]

    /// - Parameters:
    ///   - options: of which target and plans are chosen here.
    ///   - hasPage: whether there is to be a page as well.
    /// - Throws: `DriverError`, `BundleError`, and what reading the weights throws.
    init(
        session: Session, weights path: String?, targets: [Target], options: CompileOptions, tile: TileArgument?,
        embeds: Bool, learns: Bool, name: String?, threshold: BundleThreshold, hasPage: Bool
    ) throws {
        let weights = try ExportedWeights(path, of: session)
        var made: [BundleTarget] = []
        var notes: [String] = []
        for target in targets {
            let compilation = try Self.compilation(session, options, target, tile)
            if let obstacle = try compilation.leaveOutImpossibleTiles(isOneNeeded: tile != nil), notes.isEmpty {
                notes.append("no tiles: \(obstacle)")
            }
            let plans = try compilation.options.plans.map { try compilation.lowered($0) }
            made.append(
                BundleTarget(
                    target: target, plans: plans,
                    training: learns ? try Self.training(session, options, target) : nil))
        }
        let names = BundleNames(name ?? session.graph.name)
        let interface = try PictureInterface(session.graph)
        let precision = options.precision ?? session.graph.training.precision
        var description = BundleDescription(
            names: names, compilerVersion: compilerVersion, graphName: session.graph.name,
            sourceName: Files.name(of: session.path), targets: made, interface: interface,
            pictures: try weights.bundlePictures(threshold: threshold), batch: options.batch ?? 1)
        description.classNames = try weights.classNames()
        description.embedsWeights = embeds
        description.precision = precision.rawValue
        description.hasPage = hasPage
        self.description = description
        let stored = try BundleWeights(of: session.graph, in: made[0]) { try weights.values($0) }
        self.weights = stored
        bundle = Bundle(description, stored, threads: options.jobs)
        page = hasPage ? try Self.page(description, stored, session, options) : nil
        self.options = options
        if bundle.usesProduct {
            notes.append(
                "a convolution whose channels are no multiple of 4 takes a plain product, which is slower than other kernels"
            )
        }
        self.notes = notes
        var native = try Self.compilation(session, options, .native(), nil).options
        native.plans = [.infer]
        golden = try BundleGolden(session, native, interface, description.pictures, weights)
    }

    /// The same net for browsers, one picture at a time.
    private static func page(
        _ description: BundleDescription, _ weights: BundleWeights, _ session: Session, _ options: CompileOptions
    ) throws -> WebBundle {
        var (description, options) = (description, options)
        options.batch = 1
        let plan = try compilation(session, options, .wasm32, TileArgument.none).lowered(.infer)
        description.targets = [BundleTarget(target: .wasm32, plans: [plan])]
        description.batch = 1
        return try WebBundle(description, weights, threads: options.jobs)
    }

    private static func compilation(
        _ session: Session, _ options: CompileOptions, _ target: Target, _ tile: TileArgument?
    ) throws -> Compilation {
        var options = options
        options.target = target
        options.plans = [.infer]
        options.avoidsBLAS = true
        (tile ?? .auto).apply(to: &options)
        return Compilation(session, options)
    }

    /// A step of training of the graph's batch.
    private static func training(_ session: Session, _ options: CompileOptions, _ target: Target) throws -> LoweredPlan
    {
        guard session.graph.loss != nil else {
            throw BundleError("--train: the graph has no loss to learn by; add one, or leave out --train")
        }
        var options = options
        options.target = target
        options.plans = [.train]
        options.batch = nil
        options.avoidsBLAS = true
        return try Compilation(session, options).lowered(.train)
    }

    /// Writes all files.
    /// - Parameters:
    ///   - wasm: what makes modules of WebAssembly, where there is to be a page.
    ///   - wheel: whether a package for Python is among them.
    /// - Returns: what it is, in lines.
    /// - Throws: `DriverError` for a folder in which something of the user's would be lost.
    func write(to folder: String, overwrites: Bool, wasm: WasmToolchain?, wheel: Bool) throws -> [String] {
        var files = bundle.files.map { OutputFile(path: $0.path, bytes: Array($0.text.utf8)) }
        if let weights = bundle.weights {
            files.append(OutputFile(path: description.names.prefix + ".weights", bytes: weights.bytes))
        }
        files.append(OutputFile(path: "test/golden.bin", bytes: golden.bytes))
        if let page, let wasm {
            let modules = page.modules.map { WasmToolchain.Module(sources: $0.sources, linkerFlags: $0.linkerFlags) }
            let linked = try wasm.link(
                modules, of: page.sources, flags: page.compilerFlags, cacheFolder: options.cacheFolder,
                jobs: options.jobs)
            files += page.files(linked).map { OutputFile(path: $0.path, bytes: $0.bytes) }
        }
        let package = wheel ? try self.wheel() : nil
        if let package { files.append(OutputFile(path: package.name, bytes: package.bytes)) }
        var output = try OutputFolder(folder)
        if !overwrites { try output.check(files) }
        try output.write(files)
        try output.finish()
        let targets = description.targets.map(\.target.name).joined(separator: ", ")
        return ["wrote \(folder): targets \(targets)"]
            + (package.map { ["a package for Python: pip install \(folder)/\($0.name)"] } ?? [])
    }

    /// - Throws: `BundleError` for names that Python cannot have, `DriverError` without a C compiler.
    private func wheel() throws -> Wheel {
        let sources = try WheelSources(bundle, description)
        let library = try SharedLibrary(
            sources.compiled.map { CSource($0.file, flags: $0.flags) }, headers: sources.others, options)
        return try Wheel(description, bundle.interface, weights, library: library.bytes, digest: Digest.bytes)
    }
}

extension ExportedWeights {
    /// How the run that made the weights took pictures; that of other files is what the trainer does at first.
    /// - Parameter threshold: as `trainer predict` takes it: a number, or `best` for the run's.
    /// - Throws: `TrainerError` for a damaged checkpoint, `CommandFailure` for weights that know no best threshold.
    func bundlePictures(threshold: BundleThreshold) throws -> BundlePictures {
        var pictures = BundlePictures()
        let record = try record()
        switch threshold {
        case .number(let number): pictures.threshold = number
        case .best:
            guard let best = record?.threshold else {
                throw CommandFailure(
                    "--threshold best: the weights have none; give a number, or a run's best.safetensors")
            }
            pictures.threshold = best
        }
        guard let record else { return pictures }
        let range = record.data.range ?? .full
        func span(_ depth: SampleDepth) -> BundlePictures.Span {
            let span = range.span(depth)
            return .init(low: span.low, high: span.high)
        }
        (pictures.bytes, pictures.words, pictures.floats) = (span(.bytes), span(.words), span(.floats))
        pictures.takesHighBytes = !range.keepsDepth
        switch record.data.normalization ?? .range {
        case .none: pictures.normalization = .none
        case .range: pictures.normalization = .range
        case .perPicture: pictures.normalization = .perPicture
        case .scales(let scales):
            pictures.normalization = .scales(scales.map { (mean: $0.mean, deviation: $0.deviation) })
        }
        return pictures
    }

    /// What the classes are called; none where nobody has said it.
    func classNames() throws -> [String] { try record()?.data.classNames ?? [] }
}
