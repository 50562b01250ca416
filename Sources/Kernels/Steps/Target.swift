import Base

/// What one core of a kind of processor does in a second: declared, not measured, so that the compiler's choices are a
/// function of the graph and the target alone.
public struct Throughput: Hashable, Sendable {
    /// Billions of multiplications and additions in single precision, at best.
    public var gigaflops: Double
    /// Billions of bytes to or from memory, when all cores ask for them.
    public var gigabytes: Double

    public init(gigaflops: Double, gigabytes: Double) {
        self.gigaflops = gigaflops
        self.gigabytes = gigabytes
    }
}

/// The processor that kernels are specialised for.
public struct Target: Hashable, Sendable {
    /// The name on the command line: `native`, `x86-64-v3` …
    public var name: String
    /// Floats of a vector register.
    public var vectorWidth: Int
    /// Vector registers that a kernel may use.
    public var vectorRegisters: Int
    /// Whether a product and a sum can be one operation with one rounding.
    public var fusesMultiplyAdd: Bool
    /// Whether words of two bf16 are multiplied and added by one instruction, and numbers rounded to bf16 by one.
    public var multipliesPairs = false
    /// Bytes of the first- and second-level data caches of one core.
    public var l1Bytes: Int
    public var l2Bytes: Int
    /// What one core does in a second, as the cost model of convolutions takes it.
    public var throughput: Throughput
    /// The C compiler's flags that select the instruction set.
    public var compilerFlags: [String]

    public init(
        name: String, vectorWidth: Int, vectorRegisters: Int, fusesMultiplyAdd: Bool = true,
        l1Bytes: Int = 32 << 10, l2Bytes: Int = 512 << 10, throughput: Throughput, compilerFlags: [String]
    ) {
        self.name = name
        self.vectorWidth = vectorWidth
        self.vectorRegisters = vectorRegisters
        self.fusesMultiplyAdd = fusesMultiplyAdd
        self.l1Bytes = l1Bytes
        self.l2Bytes = l2Bytes
        self.throughput = throughput
        self.compilerFlags = compilerFlags
    }

    /// How many products of the type it adds up in the time of one of 32-bit floats, in registers. What has no instruction
    /// takes two multiply-adds, and shifts.
    func speed(of factors: ElementType) -> Double {
        switch factors {
        case .float32: 1
        case .bfloat16: multipliesPairs ? 2 : 0.6
        }
    }

    /// What one core takes to move so many bytes from or to memory.
    public func milliseconds(moving bytes: Double) -> Double { bytes / (throughput.gigabytes * 1e6) }

    /// The same processor using a share of its vectors.
    func withVectors(of width: Int) -> Target {
        var target = self
        target.vectorWidth = width
        target.throughput.gigaflops *= Double(width) / Double(vectorWidth)
        return target
    }

    /// Any x86-64 processor with AVX2 and FMA.
    public static let x86v3 = Target(
        name: "x86-64-v3", vectorWidth: 8, vectorRegisters: 16, throughput: Throughput(gigaflops: 100, gigabytes: 10),
        compilerFlags: ["-march=x86-64-v3"])
    /// Any x86-64 processor with AVX-512 (F, BW, CD, DQ, VL).
    public static let x86v4 = Target(
        name: "x86-64-v4", vectorWidth: 16, vectorRegisters: 32, l2Bytes: 1 << 20,
        throughput: Throughput(gigaflops: 250, gigabytes: 20),
        compilerFlags: ["-march=x86-64-v4", "-mprefer-vector-width=512"])
    /// The same with AVX-512's products of bf16.
    public static let x86v4bf16 = {
        var target = x86v4
        target.name = "x86-64-v4-bf16"
        target.multipliesPairs = true
        target.compilerFlags = ["-march=x86-64-v4", "-mavx512bf16", "-mprefer-vector-width=512"]
        return target
    }()
    /// WebAssembly with vectors of 128 bits.
    public static let wasm32 = Target(
        name: "wasm32", vectorWidth: 4, vectorRegisters: 16, fusesMultiplyAdd: false,
        throughput: Throughput(gigaflops: 20, gigabytes: 10), compilerFlags: ["-msimd128"])
    /// 64-bit ARM with NEON.
    public static let aarch64 = Target(
        name: "aarch64", vectorWidth: 4, vectorRegisters: 32, throughput: Throughput(gigaflops: 50, gigabytes: 10),
        compilerFlags: ["-march=armv8-a"])
    /// Any x86-64 processor.
    public static let x86v1 = Target(
        name: "x86-64", vectorWidth: 4, vectorRegisters: 16, fusesMultiplyAdd: false,
        throughput: Throughput(gigaflops: 24, gigabytes: 10),
        compilerFlags: ["-march=x86-64"])
}
