import Driver
import Strategy
import Emission
import Foundation
import GraphIR
import KernelIR
import Kernels
import Passes
import Programs
import Runtime
import TestSupport
import Testing

@testable import Nets
@testable import Reporting

/// A folder of its own for graphs and objects; gone when the tests are done.
enum TilingFolder {
    static let path: String = {
        var template = Array("\(NSTemporaryDirectory())/unetc-tiling-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return "/tmp" }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        atexit { try? FileManager.default.removeItem(atPath: TilingFolder.path) }
        return path
    }()

    static func write(_ text: String) throws -> String {
        let folder = "\(path)/\(UInt64.random(in: 0 ... .max))"
        mkdir(folder, 0o777)
        let file = folder + "/case.graph"
        try writeText(text, to: file)
        return file
    }
}

/// A graph whose text has a height and a width, to be compiled for tiles and for whole pictures.
struct TiledCase: CustomStringConvertible, Sendable {
    var name: String
    var text: String
    /// Overrides that give the graph an input of that size.
    var sized: @Sendable (Extent) -> [(name: String, value: String)]
    /// The size that the graph is compiled at, and that of its tiles.
    var size: Extent
    var tile: Extent
    var target = Target.x86v3
    var backend = Backend.c
    var convolutions = ConvolutionChoice.auto

    var description: String { "\(name), \(tile.height) x \(tile.width), \(target.name), \(convolutions.rawValue)" }

    func session(_ size: Extent) throws -> Session {
        try Session(path: try TilingFolder.write(text), overrides: sized(size))
    }

    func options() -> CompileOptions {
        var options = CompileOptions(target: target, batch: 1, jobs: 2)
        options.cacheFolder = TilingFolder.path + "/cache"
        options.backend = backend
        options.convolutions = convolutions
        options.tileSize = tile
        return options
    }

    /// The graph with plans for tiles, and the last of these.
    func tiled(_ kinds: [PlanKind] = [.tile]) throws -> (model: Model, plan: LoweredPlan) {
        var options = options()
        options.plans = [.infer] + kinds
        let compiled = try session(size).compileSharedObject(options)
        return (try Model.load(path: compiled.product), try #require(compiled.plans.last))
    }

    /// The same graph elaborated and compiled at a whole picture's size, with the tile's algorithms.
    func whole(_ size: Extent, like tile: LoweredPlan, _ kind: PlanKind = .tile) throws -> Model {
        var options = options()
        options.plans = [.infer]
        let session = try session(size)
        let ours = try self.session(self.size)
        let fused = { (session: Session, kind: PlanKind) in
            try session.stages(kind, self.options()).fused
        }
        let (parts, wholes) = (try fused(ours, kind), try fused(session, .infer))
        try #require(parts.nodes.count == wholes.nodes.count)
        let program = tile.plan.program
        var algorithms: [Op: ConvolutionAlgorithm] = [:]
        for id in program.steps { algorithms[program.graph[id].op] = program[id].choice?.algorithm }
        for (part, whole) in zip(parts.nodes, wholes.nodes) {
            guard let algorithm = algorithms[part.op],
                let key = whole.op.tuningKey(batch: 1, isInference: wholes.isInference)
            else { continue }
            options.winners[key] = algorithm
        }
        options.convolutions = .auto
        return try Model.load(path: try session.compileSharedObject(options).product)
    }
}

/// Values of order one for all parameters, the same for models of the same graph.
func setParameters(_ store: ParameterStore, seed: UInt64) throws {
    for (index, parameter) in store.model.parameters.enumerated() {
        var random = SplitMix64(seed: seed &+ UInt64(index))
        let scale = (2.0 / Double(max(1, parameter.fanIn))).squareRoot()
        let values = (0..<parameter.elementCount).map { _ -> Float in
            let unit = 2 * random.unit() - 1
            switch parameter.kind {
            case .weight: return Float(1.7 * scale * unit)
            case .runningVariance, .scale: return Float(1 + 0.5 * unit)
            default: return Float(0.2 * unit)
            }
        }
        try store.setValues(values, of: parameter.name)
    }
}

/// A picture of noise, `[channels, height, width]`.
struct NoisePicture {
    let channels: Int
    let size: Extent
    let values: [Float]

    init(channels: Int, _ size: Extent, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        self.channels = channels
        self.size = size
        values = (0..<channels * size.area).map { _ in Float(random.unit()) }
    }

    /// The picture, left to right.
    init(mirroring picture: NoisePicture) {
        (channels, size) = (picture.channels, picture.size)
        values = picture.values.indices.map { place in
            let column = place % picture.size.width
            return picture.values[place - column + picture.size.width - 1 - column]
        }
    }

    func value(_ channel: Int, _ row: Int, _ column: Int) -> Float {
        values[(channel * size.height + row) * size.width + column]
    }

    /// The picture with mirrored pixels around it: index `place − before`, folded into the picture.
    func canvas(_ whole: Extent, top: Int, left: Int) -> [Float] {
        var canvas: [Float] = []
        for c in 0..<channels {
            for y in 0..<whole.height {
                for x in 0..<whole.width {
                    let (row, column) = (Self.mirrored(y - top, size.height), Self.mirrored(x - left, size.width))
                    canvas.append(values[(c * size.height + row) * size.width + column])
                }
            }
        }
        return canvas
    }

    private static func mirrored(_ place: Int, _ count: Int) -> Int {
        var place = place
        while place < 0 || place >= count {
            if count == 1 { return 0 }
            place = place < 0 ? -place : 2 * (count - 1) - place
        }
        return place
    }
}

/// The bits of a plan's first output for one input.
func output(_ model: Model, _ plan: String, _ values: [Float], seed: UInt64) throws -> (shape: [Int], bits: [UInt32]) {
    let store = try ParameterStore(model: model)
    try setParameters(store, seed: seed)
    let executor = try Executor(model: model, parameters: store, plans: [plan], threads: 2)
    let info = try model.plan(plan)
    let (input, output) = (try #require(info.inputs.first), try #require(info.outputs.first { $0.role == .output }))
    try executor.write(input.name, plan: plan, sample: 0, from: values)
    try executor.run(plan, batch: 1)
    return (output.shape, try executor.read(output.name, plan: plan, sample: 0).map(\.bitPattern))
}
