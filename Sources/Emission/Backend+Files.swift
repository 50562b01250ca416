import KernelIR
import Kernels

extension Backend {
    /// The file of vector operations that kernels for `target` call.
    package func vectors(for target: Target) -> EmittedFile {
        let widths = [16, 8, 4, 1].filter { $0 <= target.vectorWidth }
        switch self {
        case .c: return EmittedFile(path: "unetc_vectors.h", text: cPrelude(widths: widths))
        case .swift:
            return EmittedFile(
                path: "unetc_vectors.swift", text: swiftPrelude(widths: widths, fuses: target.fusesMultiplyAdd))
        }
    }

    /// How a file of kernels begins.
    func opening(title: String, _ naming: KernelNaming, callsGemm: Bool) -> String {
        switch self {
        case .c:
            let includes = naming.headers + (callsGemm ? [naming.productHeader] : [])
            return "/* \(commentText(title)) */\n" + includes.map { "#include \"\($0)\"\n" }.joined()
        case .swift:
            // What C includes is in the same module, or comes of -import-objc-header.
            let support = ["unetc_model.h", "unetc_vectors.swift"] + (callsGemm ? ["unetc_gemm.swift"] : [])
            return "// \(title) With \(support.joined(separator: ", ")).\n"
        }
    }
}

/// The matrix product that kernels call, as in `unetc_gemm.h`. The declaration stands in for a header, which would need
/// a module map of the BLAS.
let swiftGemm = """
    // The matrix product that kernels call.

    @_silgen_name("cblas_sgemm") func cblas_sgemm(
        _ order: Int32, _ transposeA: Int32, _ transposeB: Int32, _ m: Int32, _ n: Int32, _ k: Int32, _ alpha: Float,
        _ a: UnsafePointer<Float>, _ lda: Int32, _ b: UnsafePointer<Float>, _ ldb: Int32, _ beta: Float,
        _ c: UnsafeMutablePointer<Float>, _ ldc: Int32)

    // c = a * b + beta * c, row-major, m x k times k x n; on the calling thread alone.
    func unetc_gemm(
        _ transposeA: Int, _ transposeB: Int, _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Float>, _ lda: Int,
        _ b: UnsafePointer<Float>, _ ldb: Int, _ beta: Float, _ c: UnsafeMutablePointer<Float>, _ ldc: Int
    ) {
        let (rowMajor, plain, transposed): (Int32, Int32, Int32) = (101, 111, 112)
        cblas_sgemm(
            rowMajor, transposeA == 0 ? plain : transposed, transposeB == 0 ? plain : transposed, Int32(m), Int32(n),
            Int32(k), 1, a, Int32(lda), b, Int32(ldb), beta, c, Int32(ldc))
    }

    """
