import KernelIR
import Testing

private let (a, b, c, i): (Index, Index, Index, Index) = (
    .variable("a"), .variable("b"), .variable("c"), .variable("i")
)
private let (x, y, z): (Expression, Expression, Expression) = (
    .variable("x", width: 1), .variable("y", width: 1), .variable("z", width: 1)
)
private let v: Expression = .variable("v", width: 8)

@Suite("Kernels print as C")
struct CPrinterTests {
    /// The one statement's line in the printed function.
    private func line(_ statement: Statement) -> String {
        let buffers = [
            Buffer("out", access: .write, extent: 8), Buffer("in", access: .read, extent: 8),
        ]
        let text = printC(Kernel(name: "k", buffers: buffers, tasksFixed: 1, body: [statement]))
        return text.split(separator: "\n").dropLast().last.map { String($0.drop { $0 == " " }) } ?? ""
    }

    @Test(
        "indices get the parentheses that they need",
        arguments: [
            (5 * (i % 2), "5 * (i % 2)"),
            (5 * i % 2, "5 * i % 2"),
            (a - (b - c), "a - (b - c)"),
            (a - b - c, "a - b - c"),
            (a - (b + c), "a - (b + c)"),
            (a + (b - c), "a + (b - c)"),
            (a + b * c, "a + b * c"),
            ((a + b) * c, "(a + b) * c"),
            (a * (b / c), "a * (b / c)"),
            (a * b / c, "a * b / c"),
            (a / (b * c), "a / (b * c)"),
            (a % (b + 1), "a % (b + 1)"),
            (.minimum(a + 1, b) * 2, "unetc_min(a + 1, b) * 2"),
            (.maximum(a, .minimum(b, c)) + 1, "unetc_max(a, unetc_min(b, c)) + 1"),
            (.binary(.multiply, a, -1), "a * -1"),
            (.binary(.subtract, a, -1), "a - -1"),
            (a + 3 + 4, "a + 7"),
            (a * 4 * 8, "a * 32"),
            (a + -3, "a - 3"),
            (a * 1 + 0, "a"),
        ])
    func indices(index: Index, expected: String) {
        #expect(line(.letIndex("n", index)) == "const int64_t n = \(expected);")
    }

    @Test(
        "values are never regrouped",
        arguments: [
            (x + (y + z), "x + (y + z)"),
            (x + y + z, "x + y + z"),
            (x - (y - z), "x - (y - z)"),
            (x * (y * z), "x * (y * z)"),
            (x * y + z, "x * y + z"),
            ((x + y) * z, "(x + y) * z"),
            (x / (y * z), "x / (y * z)"),
            (-(x + y), "-(x + y)"),
            (-(-x), "-(-x)"),
            (x - -y, "x - -y"),
            (-x * y, "-x * y"),
            (-(x * y), "-(x * y)"),
            (-(-1.5 as Expression), "-(-1.5f)"),
            (.number(i + 1) * x, "(float)(i + 1) * x"),
            (.number(i), "(float)i"),
            (.scalar(.learningRate) * x, "learning_rate * x"),
            (
                .uniform(key: 0xf00d, first: a * 3 + 1, stride: 1, width: 1),
                "unetc_uniform1(unetc_random(seed, step, 0xf00dull), a * 3 + 1, 1)"
            ),
            (.load("in", i + 1, width: 1), "in[i + 1]"),
            (.element("acc", i, width: 1), "acc[i]"),
            (.fusedMultiplyAdd(x, y, z + 1), "unetc_fma1(x, y, z + 1.0f)"),
            (.maximum(x, 0), "unetc_max1(x, 0.0f)"),
            (.select(.greater, x + y, 0, then: y, otherwise: 0), "unetc_select1(x + y > 0.0f, y, 0.0f)"),
            (.unary(.exponential, -x), "unetc_exp1(-x)"),
            (.horizontalSum(v) / 2, "unetc_sum8(v) / 2.0f"),
            (.broadcast(x, width: 1), "x"),
        ])
    func values(value: Expression, expected: String) {
        #expect(line(.declare("n", width: 1, value)) == "float n = \(expected);")
    }

    @Test(
        "vectors go through the prelude",
        arguments: [
            (v * 0.5, "v * unetc_splat8(0.5f)"),
            (1, "unetc_splat8(1.0f)"),
            (.load("in", 0, width: 8), "unetc_load8(in)"),
            (.load("in", a * 8 + i, width: 8), "unetc_load8(in + a * 8 + i)"),
            (.load("in", a - 1 + i, width: 8), "unetc_load8(in + (a - 1 + i))"),
            (.broadcast(.load("in", i, width: 1), width: 8), "unetc_splat8(in[i])"),
            (.fusedMultiplyAdd(v, 2, v), "unetc_fma8(v, unetc_splat8(2.0f), v)"),
            (.minimum(v, v + v), "unetc_min8(v, v + v)"),
            (
                .select(.lessOrEqual, v, 0, then: v, otherwise: 0.1 * v),
                "unetc_select8(unetc_less_equal8(v, unetc_splat8(0.0f)), v, unetc_splat8(0.1f) * v)"
            ),
            (.unary(.hyperbolicTangent, v), "unetc_tanh8(v)"),
        ] as [(Expression, String)])
    func vectors(value: Expression, expected: String) {
        #expect(line(.declare("n", width: 8, value)) == "v8 n = \(expected);")
    }

    @Test(
        "conditions",
        arguments: [
            (Condition.less(a, b + 1), "a < b + 1"),
            (.and(.lessOrEqual(0, a), .less(a, b)), "0 <= a && a < b"),
            (.or(.and(.less(a, b), .less(b, c)), .equal(a, 0)), "(a < b && b < c) || a == 0"),
            (.and(.or(.less(a, b), .less(b, c)), .equal(a, 0)), "(a < b || b < c) && a == 0"),
        ])
    func conditions(condition: Condition, expected: String) {
        let text = printC(
            Kernel(name: "k", buffers: [], body: [.conditional(condition, [.comment("yes")], otherwise: [])]))
        #expect(text.contains("    if (\(expected)) {\n        // yes\n    }\n"), "\(text)")
    }

    @Test(
        "floats read back as themselves",
        arguments: [
            (1.0, "1.0f"), (0.1, "0.1f"), (1e-5, "1e-05f"), (-0.0, "-0.0f"), (16_777_216, "16777216.0f"),
            (3.4028234663852886e38, "3.4028235e+38f"), (.infinity, "INFINITY"), (-.infinity, "-INFINITY"),
            (.nan, "NAN"), (1.0 / 3, "0.33333334f"),
        ] as [(Double, String)])
    func constants(value: Double, expected: String) {
        #expect(line(.declare("n", width: 1, .constant(value))) == "float n = \(expected);")
    }

    @Test(
        "names become identifiers",
        arguments: [
            ("enc1_1", "enc1_1"), ("enc1.conv1.weight", "enc1_conv1_weight"), ("for", "for_"), ("v8", "v8_"),
            ("vx", "vx"), ("3x3", "n3x3"), ("", "n"), ("__LINE__", "n__LINE__"), ("_x", "n_x"), ("a-b", "a_b"),
            ("unetc_max", "unetc_max_"), ("int64_t", "int64_t_"), ("NAN", "NAN_"), ("grün", "gr_n"),
            ("linux", "linux_"),
        ])
    func identifiers(name: String, expected: String) { #expect(cIdentifier(name) == expected) }

    @Test("a buffer called like something else keeps apart from it")
    func collisions() {
        let kernel = Kernel(
            name: "k",
            buffers: [
                Buffer("batch", access: .write, extent: 9), Buffer("a.b", access: .read, extent: 9),
                Buffer("a_b", access: .read, extent: 9),
            ],
            tasksFixed: 1,
            body: [
                .loop(
                    "a_b", from: 0, to: 8, step: 1,
                    [.store("batch", .variable("a_b"), .load("a.b", 0, width: 1) + .load("a_b", .batch, width: 1))])
            ])
        let text = printC(kernel)
        #expect(text.contains("        batch_2[a_b_3] = a_b[0] + a_b_2[batch];\n"), "\(text)")
    }

    @Test("comments cannot end, nest or continue themselves")
    func comments() {
        let kernel = Kernel(name: "k", documentation: ["a */ b /* c", "d"], buffers: [], body: [.comment("e \\\nf")])
        #expect(
            printC(kernel) == """
                /* a * / b / * c
                 * d
                 */
                void k(const unetc_call *call, int64_t task) {
                    (void)call;
                    (void)task;

                    // e \\.
                    // f
                }

                """)
    }

    @Test("a kernel reads as a person would write it, and compiles without warnings")
    func golden() throws {
        #expect(printC(scaleKernel) == scaleText)
        try withTemporaryFolder { folder in
            for compiler in CCompiler.available {
                let note = "void unetc_note(const float *x, int64_t count);\n"
                let source = CompiledKernels.unit([scaleKernel], widths: [8], extra: note)
                _ = try compiler.compile(source, in: folder, name: "golden")
            }
        }
        #expect(verify(scaleKernel, batchCapacity: 4, count: 0...0).isEmpty)
    }
}

/// Touches most statements.
let scaleKernel: Kernel = {
    let (n, p, j) = (Index.variable("n"), Index.variable("p"), Index.variable("j"))
    let sum = Expression.element("sum", j, width: 8)
    let rows = Statement.loop(
        "p", from: 0, to: 96, step: 16,
        [
            .unrolled(
                "j", count: 2,
                [
                    .assignElement(
                        "sum", j,
                        .fusedMultiplyAdd(.variable("factor", width: 8), .load("image", n + p + j * 8, width: 8), sum)),
                    .store("enc1.relu", n + p + j * 8, .maximum(sum, 0)),
                ])
        ])
    let rest = Statement.loop(
        "p", from: 96, to: 100, step: 1,
        [.store("enc1.relu", n + p, .maximum(.scalar(.beta1) * .load("image", n + p, width: 1), 0))])
    return Kernel(
        name: "enc1_forward",
        documentation: ["enc1.relu = relu(scale(image))          unet.graph:7", "[N, 1, 10, 10] -> [N, 1, 10, 10]"],
        buffers: [
            Buffer("enc1.relu", access: .write, extent: 400, comment: "[N, 1, 10, 10]"),
            Buffer("image", access: .read, extent: 400, comment: "[N, 1, 10, 10]"),
            Buffer("scratch", access: .workspace, extent: 16),
        ],
        tasksPerSample: 1,
        body: [
            .comment("One task, one sample."), .letIndex("n", .task * 100),
            .declare("factor", width: 8, .broadcast(.scalar(.beta1), width: 8)),
            .declareArray("sum", width: 8, count: 2, initial: 0), rows, rest,
            .conditional(
                .less(.task, .batch - 1), [.store("scratch", 0, .horizontalSum(.element("sum", 0, width: 8)))],
                otherwise: [.call("unetc_note", [.address("scratch", 0, extent: 16, access: .read), .index(16)])]),
        ])
}()

private let scaleText = """
    /* enc1.relu = relu(scale(image))          unet.graph:7
     * [N, 1, 10, 10] -> [N, 1, 10, 10]
     */
    void enc1_forward(const unetc_call *call, int64_t task) {
        float *const enc1_relu = (float *)call->operands[0];         // [N, 1, 10, 10]
        const float *const image = (const float *)call->operands[1]; // [N, 1, 10, 10]
        float *const scratch = (float *)call->workspace;
        const int64_t batch = call->scalars->batch;
        const float beta1 = call->scalars->beta1;

        // One task, one sample.
        const int64_t n = task * 100;
        v8 factor = unetc_splat8(beta1);
        v8 sum[2] = {{0}};
        for (int64_t p = 0; p < 96; p += 16) {
    #pragma GCC unroll 2
            for (int64_t j = 0; j < 2; j += 1) {
                sum[j] = unetc_fma8(factor, unetc_load8(image + n + p + j * 8), sum[j]);
                unetc_store8(enc1_relu + n + p + j * 8, unetc_max8(sum[j], unetc_splat8(0.0f)));
            }
        }
        for (int64_t p = 96; p < 100; p += 1) {
            enc1_relu[n + p] = unetc_max1(beta1 * image[n + p], 0.0f);
        }
        if (task < batch - 1) {
            scratch[0] = unetc_sum8(sum[0]);
        } else {
            unetc_note(scratch, 16);
        }
    }

    """
