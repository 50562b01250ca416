import Emission
import FileAccess
import GraphIR
import KernelIR
import Kernels

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
        try options.target.checkBuildable()
        let toolchain = try Toolchain()
        let swift = try options.backend.swiftToolchain()
        _ = try Linker.trainerLibrary()
        let options = try settled(options)
        let (model, plans) = try emit(options)
        let files = try folderFiles(model, plans, options)
        try Self.checkIsOurs(folder)
        try write(files, to: folder)
        for name in (try? Files.names(in: folder + "/kernels")) ?? []
        where !files.contains(where: { $0.path == "kernels/" + name }) {
            Files.remove("\(folder)/kernels/\(name)")
        }
        for name in EmittedModel.supportFiles where !files.contains(where: { $0.path == name }) {
            Files.remove("\(folder)/\(name)")
        }
        let cache = ObjectCache(folder: options.cacheFolder, toolchain: toolchain, swift: swift)
        let objects = try cache.objects(of: model, target: options.target, jobs: options.jobs)
        let trainer = folder + "/trainer"
        try Linker(toolchain: toolchain).linkTrainer(
            objects, usesGemm: model.usesGemm, main: folder + "/main.c", into: trainer)
        return CompiledModel(
            folder: folder, plans: plans, product: trainer, kernels: model.kernels, usesGemm: model.usesGemm)
    }

    /// Builds the model as a shared object in the cache, for `run` and `bench`; the same model is built once.
    public func compileSharedObject(_ options: CompileOptions) throws -> CompiledModel {
        try options.target.checkRunnable()
        let toolchain = try Toolchain()
        let swift = try options.backend.swiftToolchain()
        let (model, plans) = try emit(options)
        let key = contentHash(
            model.files.map { $0.path + "\u{1}" + $0.text }.joined(separator: "\u{1}")
                + toolchain.key(for: options.target) + (swift?.key(for: options.target) ?? ""))
        let folder = options.cacheFolder + "/models/" + key
        let product = folder + "/libmodel.so"
        if !Files.exists(product) {
            try write(model.files, to: folder)
            let cache = ObjectCache(folder: options.cacheFolder, toolchain: toolchain, swift: swift)
            let objects = try cache.objects(of: model, target: options.target, jobs: options.jobs)
            try Linker(toolchain: toolchain).linkSharedObject(objects, usesGemm: model.usesGemm, into: product)
        }
        return CompiledModel(
            folder: folder, plans: plans, product: product, kernels: model.kernels, usesGemm: model.usesGemm)
    }

    /// - Throws: `DriverError` for a folder with files that unetc has not put there, which it might replace.
    private static func checkIsOurs(_ folder: String) throws {
        guard !((try? Files.names(in: folder)) ?? []).isEmpty, !Files.exists(folder + "/unetc_model.h") else { return }
        throw DriverError(
            "\(folder): expected a new folder or one that unetc has written, found other files\n"
                + "  hint: name another with --output")
    }

    private func write(_ files: [EmittedFile], to folder: String) throws {
        try Files.makeFolder(folder)
        for file in files {
            let path = "\(folder)/\(file.path)"
            try Files.makeFolder(Files.folder(of: path))
            // Untouched files keep their time, for people who build on top of the folder.
            if let current = try? Files.read(path), current == Array(file.text.utf8) { continue }
            try FileWriter.write(path, text: file.text, .waits)
        }
    }

    /// All that `compile` writes, but for the program.
    /// - Throws: `DriverError` for graphs that the plans cannot be made of.
    public func sourceFiles(_ options: CompileOptions) throws -> [EmittedFile] {
        let (model, plans) = try emit(options)
        return try folderFiles(model, plans, options)
    }

    private func folderFiles(
        _ model: EmittedModel, _ plans: [LoweredPlan], _ options: CompileOptions
    ) throws -> [EmittedFile] {
        let tables = EmittedFile(path: "plan.txt", text: plans.map(\.table).joined(separator: "\n\n"))
        let guide = FolderGuide(session: self, options: options, model: model, plans: plans)
        return model.files + [tables] + (try dumpFiles(options))
            + [EmittedFile(path: "README.md", text: guide.text)]
    }

    private func dumpFiles(_ options: CompileOptions) throws -> [EmittedFile] {
        var files: [EmittedFile] = []
        for kind in options.plans {
            let result = try pipeline(kind, options)
            for stage in result.stages where stage.name != "graph" || kind == .train {
                let name = stage.name == "graph" ? "graph" : "\(kind.rawValue)-\(stage.name)"
                let text = stage.name == "scheduled" ? result.schedule.text : stage.graph.text
                files.append(EmittedFile(path: "dumps/\(name).txt", text: text))
            }
        }
        if let deferred = options.deferred {
            let schedule = try deferredSchedule(deferred, options)
            files.append(EmittedFile(path: "dumps/deferred-scheduled.txt", text: schedule.text))
        }
        return files
    }
}
