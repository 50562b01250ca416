import Testing

@testable import Runtime
@testable import unetc

@Suite struct BenchmarkTests {
    private func step(
        _ name: String, _ operation: String, _ kind: StepKind, algorithm: String, phase: StepPhase = .forward,
        seconds: Double = 0.001, flops: Double = 0, bytes: Double = 0
    ) -> StepTime {
        StepTime(
            step: StepInfo(
                name: name, operation: operation, source: "", algorithm: algorithm, phase: phase, kind: kind,
                tasksPerSample: 0, fixedTasks: 1, workspaceBytes: 0, flopsPerSample: 0, fixedFlops: flops,
                bytesPerSample: 0, fixedBytes: bytes, isPreparation: false),
            seconds: seconds, flops: flops, bytes: bytes)
    }

    @Test func stepsCountWhereTheyBelong() {
        let steps = [
            step("a#1", "winograd weights", .preparedWeights, algorithm: "winograd weights"),
            step("a", "conv + bias + relu", .convolution, algorithm: "winograd F(4,3)"),
            step(
                "grad.a.weight#1", "patch product", .weightGradient, algorithm: "patch product", phase: .backward),
            step("grad.a.weight", "conv_weight_gradient", .partialSums, algorithm: "sums", phase: .backward),
            step("grad.a.bias", "channel_sum", .biasGradient, algorithm: "vector loop", phase: .backward),
            step(
                "d_x", "conv_data_gradient + relu_gradient", .dataGradient, algorithm: "im2col + gemm", phase: .backward
            ),
            step("p", "max_pool", .pooling, algorithm: "vector loop"),
            step("d_p", "max_unpool + relu_gradient", .pooling, algorithm: "vector loop", phase: .backward),
            step("loss", "batch_mean", .loss, algorithm: "loop"),
            step("r", "relu", .elementwise, algorithm: "vector loop"),
            step("update.a.weight", "update", .update, algorithm: "vector loop", phase: .update),
        ]
        #expect(
            steps.map(\.kind) == [
                "weights prepared", "winograd F(4,3)", "patch product", "partial sums", "gradients of biases",
                "im2col + gemm", "pooling", "pooling", "loss", "elementwise", "optimizer",
            ])
        #expect(
            steps.map(\.part.rawValue) == [
                "forward", "forward", "weight gradient", "weight gradient", "weight gradient", "data gradient",
                "forward",
                "data gradient", "forward", "forward", "update",
            ])
    }

    @Test func theRooflineSaysWhatLimits() throws {
        var machine = try MachineSpeed(threads: 1)
        machine.peakFlops = 100e9
        machine.bandwidth = 10e9
        let product = StepSpeed(step("a", "conv", .convolution, algorithm: "x", flops: 50e6, bytes: 1e6), on: machine)
        #expect(product.limit == .arithmetic)
        #expect(abs(product.percentOfPeak - 50) < 1e-9 && abs(product.gigabytesPerSecond - 1) < 1e-9)
        let sum = StepSpeed(step("a", "add", .elementwise, algorithm: "x", flops: 1e6, bytes: 8e6), on: machine)
        #expect(sum.limit == .memory)
        #expect(abs(sum.percentOfBandwidth - 80) < 1e-9)
        #expect(StepSpeed(step("a", "conv", .convolution, algorithm: "x"), on: machine).limit == nil)
    }

    @Test func columnsAreAligned() {
        var table = TextTable([("name", .left), ("ms", .right)])
        table.add(["long name", "1.5"])
        table.add(["b", "10.25"])
        #expect(table.lines == ["name          ms", "long name    1.5", "b          10.25"])
    }

    @Test(arguments: [(1.005, 1, "1.0"), (-0.25, 2, "-0.25"), (12, 0, "12"), (.infinity, 1, "-"), (3.999, 2, "4.00")])
    func numbersHaveTheirDecimals(value: Double, decimals: Int, text: String) {
        #expect(decimal(value, decimals) == text)
    }

    @Test func mediansAreOfTheMiddle() {
        #expect(medianValue([3, 1, 2]) == 2)
        #expect(medianValue([4, 1, 2, 3]) == 2.5)
        #expect(medianValue([]) == 0)
    }
}
