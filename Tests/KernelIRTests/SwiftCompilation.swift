import Foundation
import KernelIR

/// Turns printed kernels into a library that `CompiledKernels` loads.
protocol KernelCompiler: Sendable, CustomStringConvertible {
    /// Vector widths that the target has instructions for, and 1.
    var widths: [Int] { get }
    var backend: Backend { get }
    /// Whether words of two bf16 are multiplied by instructions, which take denormal numbers as zero by themselves.
    var hasPairInstructions: Bool { get }

    /// Prints and compiles kernels that call what `RandomKernel` calls.
    func library(of kernels: [Kernel], in folder: URL) throws -> URL
}

/// C compilers, and the Swift compiler where there is one.
let kernelCompilers: [any KernelCompiler] = CCompiler.available + SwiftCompiler.available

extension CCompiler: KernelCompiler {
    var backend: Backend { .c }
    var hasPairInstructions: Bool { hasBF16 }

    func library(of kernels: [Kernel], in folder: URL) throws -> URL {
        let source = CompiledKernels.unit(kernels, widths: widths, extra: RandomKernel.calleeC)
        // Random kernels declare things that they do not use, and compare things with themselves.
        let allowed = ["unused-variable", "unused-but-set-variable", "tautological-compare", "self-assign"]
        return try compile(source, in: folder, name: "kernels", allowing: allowed)
    }
}

/// The Swift compiler of this machine with one choice of instructions.
struct SwiftCompiler: KernelCompiler {
    static let command = ProcessInfo.processInfo.environment["SWIFTC"] ?? "swiftc"

    var target: String
    var widths: [Int]

    var backend: Backend { .swift }
    var hasPairInstructions: Bool { false }
    var description: String { "\(Self.command) \(target)" }

    /// For the processors that the C compiler says this machine can be. Empty, with a line that says so, without `swiftc`.
    static let available: [SwiftCompiler] = {
        guard let result = try? CCompiler.run([command, "--version"]), result.status == 0 else {
            print("there is no \(command): kernels in Swift are not tested; set SWIFTC")
            return []
        }
        return ["-march=native", "-march=x86-64-v3"].compactMap { target in
            CCompiler(probing: "cc", target: [target]).map { SwiftCompiler(target: target, widths: $0.widths) }
        }
    }()

    func library(of kernels: [Kernel], in folder: URL) throws -> URL {
        let text = RandomKernel.calleeSwift + kernels.map(printSwift).joined(separator: "\n")
        return try compile(text, in: folder, name: "kernels", allowingWarnings: true)
    }

    /// Compiles Swift into a shared library, as the product does.
    func compile(_ text: String, in folder: URL, name: String, allowingWarnings: Bool = false) throws -> URL {
        let prelude = folder.appendingPathComponent("unetc_vectors.swift")
        let file = folder.appendingPathComponent(name + ".swift")
        let output = folder.appendingPathComponent(name + ".so")
        try swiftPrelude(widths: widths, fuses: true).write(to: prelude, atomically: true, encoding: .utf8)
        try text.write(to: file, atomically: true, encoding: .utf8)
        let header = CCompiler.includeFolder.appendingPathComponent("unetc_model.h")
        let arguments: [String] = [
            Self.command, "-Ounchecked", "-wmo", "-parse-as-library", "-Xcc", target, "-module-name", "unetc_\(name)",
            "-enable-experimental-feature", "BuiltinModule", "-Xllvm", "-vectorize-slp=false", "-Xllvm",
            "-vectorize-loops=false", "-Xllvm", "-disable-machine-licm",
            allowingWarnings ? "-suppress-warnings" : "-warnings-as-errors", "-import-objc-header", header.path,
            "-emit-library", prelude.path, file.path, "-o", output.path,
        ]
        let result = try CCompiler.run(arguments)
        guard result.status == 0 else { throw CompilationFailure(text: "\(self): \(result.output)") }
        return output
    }
}
