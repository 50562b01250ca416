import Emission
import FileAccess

import Platform
import Strategy

/// Turns objects into a trainer or a shared object, in a folder that nobody else looks into.
struct Linker {
    let toolchain: Toolchain

    /// Links `main.c`, the model's objects and the trainer's library into one native program.
    func linkTrainer(_ objects: [String], usesGemm: Bool, main: String, into path: String) throws {
        let library = try Self.trainerLibrary()
        try link(
            [main, "-I", Files.folder(of: main)] + objects + [library] + imageLibraries
                + ["-Wl,--gc-sections", "-s"], usesGemm, into: path)
    }

    /// Links the model's objects into a shared object that exports `unetc_model_get`. Its tables mean its own kernels, also
    /// where the program that loads it has functions of the same names.
    func linkSharedObject(_ objects: [String], usesGemm: Bool, into path: String) throws {
        try link(["-shared", "-Wl,-z,defs", "-Wl,-Bsymbolic"] + objects, usesGemm, into: path)
    }

    /// Links objects that need nothing but the C library into a shared object that others may have at hand.
    func linkLibrary(_ objects: [String], into path: String) throws {
        try link(["-shared", "-Wl,-z,defs", "-Wl,-Bsymbolic", "-Wl,--as-needed", "-s"] + objects, false, into: path)
    }

    /// What has to be installed.
    static let packages =
        "Debian: apt-get install gcc g++ libopenblas-dev libpng-dev libjpeg-dev libtiff-dev libwebp-dev"

    /// The system's, or those that came with unetc where it was made for machines without them (`make dist`).
    private var imageLibraries: [String] {
        let names = ["png16", "jpeg", "tiff", "webp", "stdc++"]
        guard let folder = Self.shippedLibraries, let files = try? Files.names(in: folder) else {
            return names.map { "-l\($0)" } + ["-ldl"]
        }
        // What they need themselves is looked for by the program's path, which a runpath would not do.
        return names.compactMap { name in
            files.sorted().first { $0.hasPrefix("lib\(name).so") }.map { "\(folder)/\($0)" }
        }
            + ["-ldl", "-Wl,-rpath,\(folder)", "-Wl,--disable-new-dtags"]
    }

    /// The folder of the libraries that a package of unetc has beside it; nil where the system's are meant.
    private static var shippedLibraries: String? {
        guard let executable = Files.executable else { return nil }
        let folder = Files.folder(of: Files.folder(of: executable)) + "/lib/unetc/libs"
        return Files.exists(folder) ? folder : nil
    }

    private func link(_ arguments: [String], _ usesGemm: Bool, into path: String) throws {
        let libraries = (usesGemm ? ["-lopenblas"] : []) + ["-lm", "-lpthread"]
        let result = try Command(
            program: toolchain.compiler, arguments: toolchain.arguments + ["-o", path] + arguments + libraries
        ).run()
        guard result.status == 0 else {
            if let failure = CompilerFailure(program: "linker", result: result).error { throw failure }
            throw DriverError(
                "cannot link \(Files.name(of: path)):\n\(result.output)\n"
                    + "are the libraries there? (\(Self.packages))")
        }
    }

    /// The trainer's code, linked ahead of time: beside `unetc` in a build folder, or in `lib/unetc` of an installation.
    static func trainerLibrary() throws -> String {
        let home = Files.folder(of: Files.executable ?? "")
        let places = [
            Files.environment("UNETC_TRAINER"), home + "/unetc-trainer.o", home + "/../lib/unetc/unetc-trainer.o",
        ].compactMap { $0 }
        guard let found = places.first(where: Files.exists) else {
            throw DriverError(
                "the trainer's library unetc-trainer.o is neither beside unetc nor in ../lib/unetc; `make build` makes it"
            )
        }
        return found
    }
}

/// What the build has left beside the program.
public enum BuildRecord {
    /// Which commit and which Swift it was built from, in a line; nil where nobody has written it down.
    public static var text: String? {
        let home = Files.folder(of: Files.executable ?? "")
        let places = [home + "/unetc-build.txt", home + "/../lib/unetc/unetc-build.txt"]
        let bytes = places.lazy.compactMap { try? Files.read($0) }.first
        return bytes.flatMap { String(decoding: $0, as: UTF8.self).split(separator: "\n").first.map(String.init) }
    }
}
