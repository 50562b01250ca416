import Emission
import Kernels

/// What a wheel's library is compiled of: a bundle, and threads.
public struct WheelSources: Sendable {
    /// Each with its flags.
    public private(set) var compiled: [(file: EmittedFile, flags: [String])] = []
    /// What these include.
    public let others: [EmittedFile]

    /// - Throws: `BundleError` for names that Python's packages cannot have, and where none of the targets is for processors of
    ///   this machine's kind.
    public init(_ bundle: Bundle, _ description: BundleDescription) throws {
        try Wheel.check(description.names)
        let targets = description.targets.filter { BundleProcessor($0.target).isHere }
        guard !targets.isEmpty else {
            throw BundleError(
                "a wheel is for processors of this machine's kind, found targets "
                    + description.targets.map(\.target.name).joined(separator: ", "))
        }
        let names = description.names
        let threads = Self.threads.map {
            EmittedFile(
                path: "threads/" + names.renamed(file: $0.name),
                text: names.renamed(String(decoding: $0.text, as: UTF8.self))
                    .replacing("\"../unetc.h\"", with: "\"../\(names.prefix).h\""))
        }
        for file in bundle.files where file.path.hasSuffix(".c") {
            if ["example/", "test/"].contains(where: file.path.hasPrefix) { continue }
            let target = targets.first { file.path.hasPrefix($0.folder + "/") }
            // Those of other processors are left out.
            if target == nil, file.path.hasPrefix("kernels/") { continue }
            compiled.append((file, ["-std=c99"] + Self.flags + (target?.target.compilerFlags ?? [])))
        }
        let unit = "threads/\(names.prefix)_threads.c"
        compiled += threads.filter { $0.path == unit }.map { ($0, ["-std=gnu11"] + Self.flags) }
        others = bundle.files.filter { $0.path.hasSuffix(".h") } + threads.filter { $0.path != unit }
    }

    private static let flags = BundleBuild.flags + ["-fPIC", "-fvisibility=hidden"]

    /// The trainers' pool, and what makes it the bundle's: one file includes the others.
    private static let threads: [(name: String, text: [UInt8])] = [
        ("unetc_threads.c", PackageResources.unetc_threads_c), ("unetc_pool.h", PackageResources.unetc_pool_h),
        ("unetc_model.h", PackageResources.unetc_model_h), ("pool.c", PackageResources.pool_c),
        ("gate.c", PackageResources.gate_c), ("gate.h", PackageResources.gate_h),
        ("binding.c", PackageResources.binding_c), ("binding.h", PackageResources.binding_h),
        ("counters.h", PackageResources.counters_h), ("denormals.h", PackageResources.denormals_h),
    ]
}

extension BundleProcessor {
    /// Whether this machine's compiler makes code for it.
    fileprivate var isHere: Bool {
        switch self {
        #if arch(arm64)
        case .aarch64, .native: true
        case .x86, .wasm: false
        #else
        case .x86, .native: true
        case .aarch64, .wasm: false
        #endif
        }
    }
}
