import Foundation
import KernelIR

/// A C compiler of this machine with one choice of instructions.
struct CCompiler: Sendable, CustomStringConvertible {
    var command: String
    var target: [String]
    /// Vector widths that the target has instructions for, and 1.
    var widths: [Int]

    /// Whether the target has AVX-512 BF16.
    var hasBF16: Bool

    var description: String { ([command] + target).joined(separator: " ") }

    /// All that this machine has and can execute with a fused multiply-add, which the evaluator's bits presume.
    static let available: [CCompiler] = ["cc", "clang"].flatMap { command in
        [["-march=native"], ["-mavx2", "-mfma"]].compactMap { CCompiler(probing: command, target: $0) }
    }

    init?(probing command: String, target: [String]) {
        guard let native = Self.macros(command, ["-march=native"]), let own = Self.macros(command, target) else {
            return nil
        }
        let isExecutable = own.isSubset(of: native) && (own.contains("__FMA__") || own.contains("__aarch64__"))
        guard isExecutable else { return nil }
        self.command = command
        self.target = target
        hasBF16 = own.contains("__AVX512BF16__")
        widths = [1, 4] + (own.contains("__AVX__") ? [8] : []) + (own.contains("__AVX512F__") ? [16] : [])
    }

    /// Macros about instruction sets; nil when the compiler is absent or refuses the target.
    private static func macros(_ command: String, _ target: [String]) -> Set<String>? {
        guard let result = try? run([command] + target + ["-dM", "-E", "-x", "c", "/dev/null"]), result.status == 0
        else {
            return nil
        }
        let names = result.output.split(separator: "\n").compactMap { $0.split(separator: " ").dropFirst().first }
        let relevant = ["__FMA__", "__AVX__", "__AVX2__", "__AVX512F__", "__AVX512BF16__", "__aarch64__"]
        return Set(names.map(String.init)).intersection(relevant)
    }

    /// Compiles C into a shared library or a program, as the product does, every warning being an error.
    func compile(_ source: String, in folder: URL, name: String, isProgram: Bool = false, allowing: [String] = [])
        throws
        -> URL
    {
        let text = folder.appendingPathComponent(name + ".c")
        let output = folder.appendingPathComponent(name + (isProgram ? "" : ".so"))
        try source.write(to: text, atomically: true, encoding: .utf8)
        let flags = ["-std=gnu11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"]
        let warnings = ["-Wall", "-Wextra", "-Werror"] + allowing.map { "-Wno-" + $0 }
        let kind = isProgram ? [] : ["-shared", "-fPIC"]
        let result = try Self.run(
            [command] + target + flags + warnings + kind + [
                "-I", Self.includeFolder.path, text.path, "-o", output.path, "-lm",
            ])
        guard result.status == 0 else { throw CompilationFailure(text: "\(self): \(result.output)") }
        return output
    }

    /// Where `unetc_model.h` is.
    static let includeFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Sources/ModelABI/include")

    static func run(_ command: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}

struct CompilationFailure: Error, CustomStringConvertible {
    var text: String
    var description: String { text }
}

/// A folder that is gone after `body`.
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kernelir-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}

/// Printed kernels, compiled and loaded.
final class CompiledKernels {
    private let handle: UnsafeMutableRawPointer

    init(_ library: URL) throws {
        guard let handle = dlopen(library.path, RTLD_NOW | RTLD_LOCAL) else {
            throw CompilationFailure(text: dlerror().map { String(cString: $0) } ?? "dlopen failed")
        }
        self.handle = handle
    }

    deinit { dlclose(handle) }

    /// A unit of C with the kernels in it.
    static func unit(_ kernels: [Kernel], widths: [Int], extra: String = "") -> String {
        let opening = "#include \"unetc_model.h\"\n" + cPrelude(widths: widths) + extra
        let prototypes = kernels.map { "void \($0.name)(const unetc_call *call, int64_t task);\n" }.joined()
        return opening + "\n" + prototypes + "\n" + kernels.map(printC).joined(separator: "\n")
    }

    /// Executes all tasks of a kernel as the evaluator would.
    func run(_ kernel: Kernel, like evaluator: KernelEvaluator, operands: inout [[Float]]) throws {
        guard let symbol = dlsym(handle, kernel.name) else { throw CompilationFailure(text: "no \(kernel.name)") }
        typealias Function = @convention(c) (UnsafeRawPointer, Int64) -> Void
        let function = unsafeBitCast(symbol, to: Function.self)

        // unetc_scalars: four 64-bit integers, the last one 0, then the floats in the order of RuntimeScalar.
        let floats = RuntimeScalar.allCases.count
        let scalars = UnsafeMutableRawPointer.allocate(byteCount: 32 + 4 * (floats + floats % 2), alignment: 8)
        defer { scalars.deallocate() }
        scalars.storeBytes(of: Int64(evaluator.batch), as: Int64.self)
        scalars.storeBytes(of: evaluator.step, toByteOffset: 8, as: Int64.self)
        scalars.storeBytes(of: evaluator.seed, toByteOffset: 16, as: UInt64.self)
        scalars.storeBytes(of: 0, toByteOffset: 24, as: Int64.self)
        for (position, scalar) in RuntimeScalar.allCases.enumerated() {
            scalars.storeBytes(of: evaluator.scalars[scalar] ?? 0, toByteOffset: 32 + 4 * position, as: Float.self)
        }
        let elements = kernel.buffers.map(\.element)
        let buffers = zip(operands, elements).map { operand, element in
            let buffer = UnsafeMutableRawBufferPointer.allocate(
                byteCount: element.bytes * operand.count, alignment: element.bytes)
            operand.withUnsafeBufferPointer { element.write($0, to: buffer) }
            return buffer
        }
        let workspace = UnsafeMutableBufferPointer<Float>.allocate(capacity: kernel.workspace?.extent ?? 0)
        let pointers = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: buffers.count)
        defer {
            buffers.forEach { $0.deallocate() }
            workspace.deallocate()
            pointers.deallocate()
        }
        for (position, buffer) in buffers.enumerated() { pointers[position] = buffer.baseAddress }
        // unetc_call.
        let call = UnsafeMutableRawPointer.allocate(byteCount: 32, alignment: 8)
        defer { call.deallocate() }
        call.storeBytes(of: UnsafeRawPointer(pointers), as: UnsafeRawPointer.self)
        call.storeBytes(of: UnsafeRawPointer(scalars), toByteOffset: 8, as: UnsafeRawPointer.self)
        call.storeBytes(of: workspace.baseAddress, toByteOffset: 16, as: UnsafeMutablePointer<Float>?.self)
        call.storeBytes(of: Int64(evaluator.count), toByteOffset: 24, as: Int64.self)
        for task in 0..<kernel.tasksPerSample * evaluator.batch + kernel.tasksFixed {
            workspace.initialize(repeating: evaluator.workspaceFill)
            function(call, Int64(task))
        }
        for (position, buffer) in buffers.enumerated() {
            operands[position].withUnsafeMutableBufferPointer {
                elements[position].read(UnsafeRawBufferPointer(buffer), into: $0)
            }
        }
    }
}
