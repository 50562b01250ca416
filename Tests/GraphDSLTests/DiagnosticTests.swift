import Testing

/// Readable text that means nothing: each mistake once, at its place, in exactly these words.
@Suite struct DiagnosticTests {
    /// The statements of a graph with inputs `x` and `y`, a target `t` and a class map `c`.
    private func expectInGraph(
        _ statements: String, output: String = "x", sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) {
        expectFindings(
            """
            graph t(w = 7) {
                input x: [3, 8, 8]; input y: [4, 7, 7]; target t: [3, 8, 8]; target c: classes[8, 8]
            \(statements)
                output result = \(output)
            }
            """, sourceLocation: sourceLocation)
    }

    @Test func names() {
        expectInGraph(
            """
                a = relu(xx)
            //           ^error: unknown name "xx"
                b = relu(later)
            //           ^error: "later" is used before it is defined
                later = relu(x)
            //  ^note: it is defined here
                later = x
            //  ^error: "later" is defined twice
            //  ^note: NOT
                w = 3
            //  ^error: "w" is defined twice
                d = relu
            //      ^error: "relu" is an operator, found no arguments
                e = x(3)
            //      ^error: "x" is a value and cannot be called
                f = cnv(x, q)
            //      ^error: unknown operator "cnv"
            //             ^error: unknown name "q"
                g = batch_norm(x)
            //      ^error: operator "batch_norm" is not built yet
                h = a + b + f + g
                loss = 3
            //  ^error: "loss" names the result of the loss statement
            """.replacing("//  ^note: NOT\n", with: "")
                .replacing("//  ^note: it is defined here", with: "//  ^note: it is defined here\n//  ^note: the first definition, as a value")
                + "\n    return x\n//  ^error: \"return\" stands outside of a block")
    }
}
