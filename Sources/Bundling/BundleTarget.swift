import Emission
import GraphIR
import KernelIR
import Kernels

/// The plans of a net as they are compiled for one kind of processor.
public struct BundleTarget: Sendable {
    public var target: Target
    /// For pictures at the net's size first, those for tiles behind it.
    public var plans: [LoweredPlan]
    /// A step of training; nil for bundles that do not learn.
    public var training: LoweredPlan?

    public init(target: Target, plans: [LoweredPlan], training: LoweredPlan? = nil) {
        self.target = target
        self.plans = plans
        self.training = training
    }

    /// What its functions begin with, after the net's name.
    var identifier: String {
        String(target.name.map { $0.isLetter || $0.isNumber ? $0 : "_" })
    }

    /// Of its kernels and tables, in the bundle.
    var folder: String { "kernels/\(target.name)" }
}

/// The processors that a target's kernels run on, as the bundle's code asks for them and its build is told.
enum BundleProcessor: Hashable {
    /// By what the kernels need: 1 anything, 3 AVX2 and FMA, 4 AVX-512, 5 its products of bf16.
    case x86(level: Int)
    case aarch64
    case wasm
    /// That which the bundle was made on, which nobody asks for.
    case native

    init(_ target: Target) {
        switch target.name {
        case "x86-64": self = .x86(level: 1)
        case "x86-64-v3": self = .x86(level: 3)
        case "x86-64-v4": self = .x86(level: target.multipliesPairs ? 5 : 4)
        case "x86-64-v4-bf16": self = .x86(level: 5)
        case "aarch64": self = .aarch64
        case "wasm32": self = .wasm
        default: self = .native
        }
    }

    /// The condition of the preprocessor under which its files are compiled.
    var condition: String {
        switch self {
        case .x86: "defined(__x86_64__)"
        case .aarch64: "defined(__aarch64__)"
        case .wasm: "defined(__wasm__)"
        case .native: "1"
        }
    }

    /// What tells in C whether the processor at hand has all that is needed.
    var check: String {
        switch self {
        case .x86(let level): level > 1 ? "unetc_x86_level() >= \(level)" : "1"
        case .aarch64, .wasm, .native: "1"
        }
    }

    /// Where targets are looked for in turn, the fastest come first.
    var rank: Int {
        switch self {
        case .native: 0
        case .x86(let level): 10 - level
        case .aarch64, .wasm: 20
        }
    }

    /// What CMake calls the processors.
    var pattern: String {
        switch self {
        case .x86: "^(x86_64|AMD64|amd64)$"
        case .aarch64: "^(aarch64|arm64|ARM64)$"
        case .wasm: "^wasm32$"
        case .native: "."
        }
    }
}
