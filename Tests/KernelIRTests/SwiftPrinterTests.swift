import KernelIR
import Testing

private let (a, b, i): (Index, Index, Index) = (.variable("a"), .variable("b"), .variable("i"))
private let x: Expression = .variable("x", width: 1)
private let v: Expression = .variable("v", width: 8)

/// What Swift writes otherwise than C; `CPrinterTests` has what they share.
@Suite("Kernels print as Swift")
struct SwiftPrinterTests {
    /// The one statement's line in the printed function.
    private func line(_ statement: Statement) -> String {
        let buffers = [
            Buffer("out", access: .write, extent: 8), Buffer("in", access: .read, extent: 8),
        ]
        let text = printSwift(Kernel(name: "k", buffers: buffers, tasksFixed: 1, body: [statement]))
        return text.split(separator: "\n").dropLast().last.map { String($0.drop { $0 == " " }) } ?? ""
    }

    @Test(
        "values",
        arguments: [
            (.number(i + 1) * x, "Float(i + 1) * x"),
            (.load("in", i + 1, width: 1), "in_[i + 1]"),
            (-(-x), "-(-x)"),
            (x - -1.5, "x - -1.5"),
            (.fusedMultiplyAdd(x, 2, x), "unetc_fma1(x, 2.0, x)"),
            (.constant(-.infinity), "-Float.infinity"), (.constant(.nan), "Float.nan"), (.constant(1e-5), "1e-05"),
            (.constant(-0.0), "-0.0"),
        ] as [(Expression, String)])
    func values(value: Expression, expected: String) {
        #expect(line(.declare("n", width: 1, value)) == "let n: Float = \(expected)")
    }

    @Test(
        "vectors",
        arguments: [
            (-v, "unetc_negate8(v)"), (v * 0.5, "v * unetc_splat8(0.5)"),
            (.load("in", a * 8 + i, width: 8), "unetc_load8(in_ + a * 8 + i)"),
            (
                .select(.less, v, 0, then: v, otherwise: 1),
                "unetc_select8(unetc_less8(v, unetc_splat8(0.0)), v, unetc_splat8(1.0))"
            ),
        ] as [(Expression, String)])
    func vectors(value: Expression, expected: String) {
        #expect(line(.declare("n", width: 8, value)) == "let n: v8 = \(expected)")
    }

    @Test("only what is assigned to is a variable")
    func mutability() {
        let body: [Statement] = [
            .declare("x", width: 1, 0), .declare("y", width: 1, 0),
            .loop("p", from: 0, to: a, step: 2, [.assign("x", 1), .declare("z", width: 1, x)]),
        ]
        #expect(
            printSwift(Kernel(name: "k", buffers: [], body: body)).contains(
                """
                    var x: Float = 0.0
                    let y: Float = 0.0
                    for p in stride(from: 0, to: a, by: 2) {
                        x = 1.0
                        let z: Float = x
                    }
                """))
    }

    @Test(
        "names become identifiers",
        arguments: [
            ("enc1.weight", "enc1_weight"), ("in", "in_"), ("for", "for_"), ("let", "let_"), ("Float", "Float_"),
            ("v8", "v8_"), ("self", "self_"), ("unetc_max", "unetc_max_"),
        ])
    func identifiers(name: String, expected: String) { #expect(swiftIdentifier(name) == expected) }

    @Test("comments stay on their lines")
    func comments() {
        let kernel = Kernel(
            name: "k", documentation: ["a */ b", ""], buffers: [], body: [.comment("c\u{2028}d\re\nf")])
        #expect(
            printSwift(kernel)
                == """
                /// a */ b
                ///
                @_cdecl("k")
                public func k(_ call: UnsafePointer<unetc_call>, _ task: Int) {

                    // c d e
                    // f
                }

                """)
    }

    @Test("a kernel reads as a person would write it, and compiles without warnings")
    func golden() throws {
        #expect(printSwift(scaleKernel) == scaleText)
        try withTemporaryFolder { folder in
            for compiler in SwiftCompiler.available {
                let note = "func unetc_note(_ x: UnsafePointer<Float>, _ count: Int) {}\n"
                _ = try compiler.compile(note + printSwift(scaleKernel), in: folder, name: "golden")
            }
        }
    }
}

private let scaleText = """
    /// enc1.relu = relu(scale(image))          unet.graph:7
    /// [N, 1, 10, 10] -> [N, 1, 10, 10]
    @_cdecl("enc1_forward")
    public func enc1_forward(_ call: UnsafePointer<unetc_call>, _ task: Int) {
        let enc1_relu = call.pointee.operands[0]!.assumingMemoryBound(to: Float.self)            // [N, 1, 10, 10]
        let image = UnsafePointer(call.pointee.operands[1]!.assumingMemoryBound(to: Float.self)) // [N, 1, 10, 10]
        let scratch = call.pointee.workspace!.assumingMemoryBound(to: Float.self)
        let batch = Int(call.pointee.scalars.pointee.batch)
        let beta1 = call.pointee.scalars.pointee.beta1

        // One task, one sample.
        let n: Int = task * 100
        let factor: v8 = unetc_splat8(beta1)
        var sum = InlineArray<2, v8>(repeating: unetc_splat8(0.0))
        for p in stride(from: 0, to: 96, by: 16) {
            for j in stride(from: 0, to: 2, by: 1) {
                sum[j] = unetc_fma8(factor, unetc_load8(image + n + p + j * 8), sum[j])
                unetc_store8(enc1_relu + n + p + j * 8, unetc_max8(sum[j], unetc_splat8(0.0)))
            }
        }
        for p in stride(from: 96, to: 100, by: 1) {
            enc1_relu[n + p] = unetc_max1(beta1 * image[n + p], 0.0)
        }
        if task < batch - 1 {
            scratch[0] = unetc_sum8(sum[0])
        } else {
            unetc_note(scratch, 16)
        }
    }

    """
