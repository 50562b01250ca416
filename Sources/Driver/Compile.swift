import Base
import Emission
import FileAccess
import GraphIR
import KernelIR
import Kernels
import Passes
import Programs
import Strategy

/// What `compile` has made.
public struct CompiledModel: Sendable {
    public var folder: String
    public var plans: [LoweredPlan]
    /// The trainer or the shared object.
    public var product: String
    /// By plan and step, where its kernel is in the folder; nil for updates.
    public var kernels: [[EmittedKernel?]]
    /// True when a step calls OpenBLAS.
    public var usesGemm: Bool
}

extension CompiledModel {
    /// The kernel's file and the line of its function, as `FILE:LINE`.
    public func place(of kernel: EmittedKernel) -> String {
        let path = folder + "/" + kernel.path
        guard let bytes = try? Files.read(path) else { return path }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let line = lines.firstIndex { $0.contains(" \(kernel.function)(") }
        return path + (line.map { ":\($0 + 1)" } ?? "")
    }
}

extension Session {
    /// Writes the generated folder: kernels, tables, dumps, README, and the trainer built from them.
    public func compile(into folder: String, _ options: CompileOptions) throws -> CompiledModel {
        try Compilation(self, options).compile(into: folder)
    }

    /// Builds the model as a shared object in the cache, for `run` and `bench`; the same model is built once.
    public func compileSharedObject(_ options: CompileOptions) throws -> CompiledModel {
        try Compilation(self, options).compileSharedObject()
    }

    /// All that `compile` writes, but for the program.
    /// - Throws: `DriverError` for graphs that the plans cannot be made of.
    public func sourceFiles(_ options: CompileOptions) throws -> [EmittedFile] {
        let compilation = Compilation(self, options)
        let (model, plans) = try compilation.emit()
        return try compilation.folderFiles(model, plans)
    }
}

extension CompileOptions {
    /// Where compiled objects are kept.
    var usedCacheFolder: String { CacheFolder.usable(cacheFolder ?? ObjectCache.defaultFolder) }
}

extension Compilation {
    /// Writes the generated folder: kernels, tables, dumps, README, and the trainer built from them.
    public func compile(into folder: String) throws -> CompiledModel {
        try options.target.checkBuildable()
        let toolchain = try Toolchain()
        let swift = try options.backend.swiftToolchain()
        _ = try Linker.trainerLibrary()
        let (model, plans) = try emit()
        let files = try folderFiles(model, plans)
        let product = "trainer"
        var output = try OutputFolder(folder)
        try timings.measure(.writing) {
            let files = files.map(OutputFile.init)
            if !options.overwrites { try output.check(files, product: product) }
            try output.write(files, product: product)
        }
        let cacheFolder = options.usedCacheFolder
        let work = try WorkFolder(in: cacheFolder)
        let cache = ObjectCache(folder: cacheFolder, toolchain: toolchain, swift: swift)
        let objects = try timings.measure(.compiling) {
            try cache.objects(of: model, target: options.target, jobs: options.jobs, in: work)
        }
        let program = "\(work.path)/\(product)"
        try timings.measure(.linking) {
            try Linker(toolchain: toolchain).linkTrainer(
                objects, usesGemm: model.usesGemm, main: folder + "/main.c", into: program)
        }
        try timings.measure(.writing) { try output.finish(product: product, from: program) }
        return CompiledModel(
            folder: folder, plans: plans, product: "\(folder)/\(product)", kernels: model.kernels,
            usesGemm: model.usesGemm)
    }

    /// Builds the model as a shared object in the cache, for `run` and `bench`; the same model is built once.
    public func compileSharedObject() throws -> CompiledModel {
        try options.target.checkRunnable()
        let toolchain = try Toolchain()
        let swift = try options.backend.swiftToolchain()
        let (model, plans) = try emit()
        let key = ContentDigest(
            model.files.map { $0.path + "\u{1}" + $0.text }.joined(separator: "\u{1}")
                + toolchain.key(for: options.target) + (swift?.key(for: options.target) ?? ""))
        let cacheFolder = options.usedCacheFolder
        let folder = cacheFolder + "/models/" + key.text
        let product = folder + "/libmodel.so"
        if !Files.exists(product) {
            let work = try WorkFolder(in: cacheFolder)
            let cache = ObjectCache(folder: cacheFolder, toolchain: toolchain, swift: swift)
            let objects = try cache.objects(of: model, target: options.target, jobs: options.jobs, in: work)
            let made = work.path + "/model"
            try write(model.files, to: made)
            try Linker(toolchain: toolchain).linkSharedObject(
                objects, usesGemm: model.usesGemm, into: made + "/libmodel.so")
            try Self.move(made, to: folder, with: product)
        }
        return CompiledModel(
            folder: folder, plans: plans, product: product, kernels: model.kernels, usesGemm: model.usesGemm)
    }

    /// Gives a finished folder its place in the cache, unless another process was faster.
    private static func move(_ made: String, to folder: String, with product: String) throws {
        try Files.makeFolder(Files.folder(of: folder))
        do {
            try Files.move(made, to: folder)
        } catch {
            if Files.exists(product) { return }
            // Older versions left it unfinished when they were killed.
            Files.removeFolder(folder)
            try Files.move(made, to: folder)
        }
    }

    private func write(_ files: [EmittedFile], to folder: String) throws {
        for file in files {
            let path = "\(folder)/\(file.path)"
            try Files.makeFolder(Files.folder(of: path))
            try FileWriter.write(path, text: file.text, .unsynced)
        }
    }

    /// All that `compile` writes, but for the program.
    fileprivate func folderFiles(_ model: EmittedModel, _ plans: [LoweredPlan]) throws -> [EmittedFile] {
        try timings.measure(.dumps) {
            let tables = EmittedFile(path: "plan.txt", text: plans.map(\.table).joined(separator: "\n\n"))
            let guide = FolderGuide(session: session, options: options, model: model, plans: plans)
            return model.files + [tables] + (try dumpFiles()) + [EmittedFile(path: "README.md", text: guide.text)]
        }
    }

    private func dumpFiles() throws -> [EmittedFile] {
        var dumps: [(name: String, text: String)] = []
        for kind in options.plans {
            let stages = try stages(kind)
            for stage in GraphStages.Stage.allCases where stage != .graph || kind == .train {
                let name = stage == .graph ? stage.rawValue : "\(kind.rawValue)-\(stage.rawValue)"
                dumps.append((name, stages[stage].text))
            }
            dumps.append(("\(kind.rawValue)-program", try program(kind).text))
        }
        if let deferred = try deferredProgram() { dumps.append(("deferred-program", deferred.text)) }
        return dumps.map { EmittedFile(path: "dumps/\($0.name).txt", text: $0.text) }
    }
}
