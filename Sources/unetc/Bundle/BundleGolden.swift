import Bundling
import Driver
import Runtime
import Strategy

/// What the net says here of an input and of a picture, for the bundle's test.
struct BundleGolden {
    let bytes: [UInt8]

    /// - Throws: `DriverError`, `RuntimeError`.
    init(
        _ session: Session, _ options: CompileOptions, _ interface: PictureInterface, _ pictures: BundlePictures,
        _ weights: ExportedWeights
    ) throws {
        let model = try Model.load(path: try session.compileSharedObject(options).product)
        let parameters = try ParameterStore(model: model)
        for info in model.parameters { try parameters.setValues(try weights.values(info.name), of: info.name) }
        let executor = try Executor(model: model, parameters: parameters, plans: ["infer"], threads: options.jobs)
        let plan = try executor.plan("infer")
        func output(of input: [Float]) throws -> [Float] {
            try executor.withInput(interface.input, plan: plan, sample: 0) { _ = $0.update(fromContentsOf: input) }
            try executor.run(plan, batch: 1)
            return try executor.read(interface.output, plan: plan, sample: 0)
        }
        let input = Self.input(count: interface.inputShape.reduce(1, *))
        let precision = options.precision ?? session.graph.training.precision
        bytes = try GoldenFile(
            input: input, interface: interface, pictures: pictures,
            tolerance: precision == .float32 ? 1e-4 : 5e-2, computing: output
        ).bytes
    }

    /// Numbers from 0 to 1 that look like nothing: those of a picture drawn at random.
    private static func input(count: Int) -> [Float] {
        var state: UInt32 = 12345
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return Float(state >> 8) / Float(1 << 24)
        }
    }
}
