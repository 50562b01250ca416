import Driver
import Strategy
import GraphIR
import Kernels
import TestSupport
import Testing

/// Numbers that no net has: each is refused at its place, or goes through all of the compiler without overflowing.
@Suite struct ExtremeNumberTests {
    private static let numbers = [
        "9223372036854775807", "4611686018427387904", "2147483648", "2147483647", "1000000000", "65537", "0", "-1",
        "-9223372036854775808",
    ]

    private static let layers = [
        "input x: [v, 4, 4]; output y = conv(x, 2, kernel: 1)",
        "input x: [1, v, v]; output y = conv(x, 2, kernel: 3, padding: same)",
        "input x: [1, 1, v]; output y = relu(x)",
        "input x: [1, 4, 4]; a = conv(x, v, kernel: 3, padding: same); output y = conv(a, v, kernel: 1)",
        "input x: [1, 4, 4]; a = conv(x, 2 * v, kernel: 1); output y = conv(a, v + 1, kernel: 1)",
        "input x: [1, 4, 4]; output y = conv(x, 2, kernel: v)",
        "input x: [1, 4, 4]; output y = conv(x, 2, kernel: v, padding: same)",
        "input x: [1, 4, 4]; output y = conv(x, 2, kernel: 3, padding: v)",
        "input x: [1, 4, 4]; output y = conv(x, 2, kernel: 3, stride: v)",
        "input x: [1, 4, 4]; output y = conv(x, 2, kernel: 3, dilation: v, padding: same)",
        "input x: [4, 4, 4]; output y = conv(x, 4, kernel: 3, groups: v, padding: same)",
        "input x: [v, 4, 4]; output y = conv(x, v, kernel: 3, groups: v, padding: same)",
        "input x: [4, 4, 4]; output y = conv_transpose(x, 4, kernel: v, stride: v)",
        "input x: [4, 4, 4]; output y = conv_transpose(x, 4, kernel: 2, stride: v)",
        "input x: [4, 4, 4]; output y = max_pool(x, kernel: v)",
        "input x: [4, 4, 4]; output y = avg_pool(x, kernel: v)",
        "input x: [4, v, v]; output y = max_pool(x, kernel: 2)",
        "input x: [4, 4, 4]; output y = upsample_nearest(x, scale: v)",
        "input x: [4, 4, 4]; output y = upsample_bilinear(x, scale: v)",
        "input x: [4, 4, 4]; output y = group_norm(x, groups: v)",
        "input x: [v, 4, 4]; output y = group_norm(x, groups: v)",
        "input x: [v, 4, 4]; output y = batch_norm(x)",
        "input x: [v, 4, 4]; output y = x * global_avg_pool(x)", "input x: [v, 4, 4]; output y = layer_norm(x)",
        "input x: [4, v, v]; output y = x + global_max_pool(x)", "input x: [4, 4, 4]; output y = linear(x, v)",
        "input x: [v, 4, 4]; output y = concat(x, x, x)",
        "input x: [v * v, 4, 4]; output y = relu(x)",
        "input x: [4 / v, 4, 4]; output y = relu(x)",
        "input x: [1, 4, 4]; target m: classes[4, 4]; output y = conv(x, v, kernel: 1); loss cross_entropy(y, m)",
        "input x: [1, 4, 4]; target m: classes[4, 4]; output y = conv(x, 3, kernel: 1); "
            + "loss cross_entropy(y, m, ignore: v)",
        "input x: [1, 4, 4]; target m: [1, 4, 4]; output y = conv(x, 1, kernel: 1); loss mse(y, m); train { batch: v }",
        "input x: [1, 4, 4]; target m: [1, 4, 4]; output y = conv(x, 1, kernel: 1); loss mse(y, m); "
            + "train { epochs: v; accumulate: v; seed: v; patience: v }",
    ]

    @Test(arguments: layers) func areRefusedOrCompiled(_ layer: String) throws {
        let path = try TestFolder.write("graph t(v = 4) { \(layer) }")
        for number in Self.numbers {
            do {
                let session = try Session(path: path, overrides: [("v", number)])
                var options = CompileOptions(target: try .named("x86-64-v3"), jobs: 1)
                options.plans = [session.graph.loss == nil ? .gradients : .train]
                _ = try session.emit(options)
            } catch let error as DriverError {
                #expect(error.exitCode == 1 && error.message.contains(": error: "), "\(number): \(error.message)")
            }
        }
    }
}
