import KernelIR

/// One matrix of a product: where it starts, and how far its rows are apart.
struct MatrixOperand {
    var buffer: Buffer.Handle
    var start: Index
    var leading: Int
    var isTransposed = false

    init(_ buffer: Buffer.Handle, at start: Index, leading: Int, transposed: Bool = false) {
        self.buffer = buffer
        self.start = start
        self.leading = leading
        isTransposed = transposed
    }

    /// Its address, for a matrix of `rows × columns` as the product sees it.
    func argument(rows: Index, columns: Index, access: Buffer.Access) -> Argument {
        let (stored, length) = isTransposed ? (columns, rows) : (rows, columns)
        return .address(buffer, start, extent: (stored - 1) * Index(leading) + length, access: access)
    }
}

/// `c = a · b + beta · c` for row-major matrices of `m × k`, `k × n` and `m × n`: a call of the BLAS that the model is
/// linked with.
func gemm(
    m: Index, n: Index, k: Index, _ a: MatrixOperand, _ b: MatrixOperand, beta: Expression, into c: MatrixOperand
) -> Statement {
    .call(
        gemmFunction,
        [
            .index(a.isTransposed ? 1 : 0), .index(b.isTransposed ? 1 : 0), .index(m), .index(n), .index(k),
            a.argument(rows: m, columns: k, access: .read), .index(Index(a.leading)),
            b.argument(rows: k, columns: n, access: .read), .index(Index(b.leading)),
            .value(beta), c.argument(rows: m, columns: n, access: .readWrite), .index(Index(c.leading)),
        ])
}

/// The function that emitted code calls for a product: `(transposeA, transposeB, m, n, k, a, lda, b, ldb, beta, c, ldc)`.
public let gemmFunction = "unetc_gemm"
