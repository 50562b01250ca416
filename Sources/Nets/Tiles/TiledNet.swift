import PictureCode
import Runtime
import Tasks
import TrainerSupport

/// Runs the plans for tiles of a model over pictures of any size, a band of tiles at a time; a picture takes tiles of one size.
///
/// The output has the picture's own size, and every value has the bits that the graph compiled at the whole picture's size
/// computes, by the same algorithms. (Overlap-tile inference: Ronneberger, Fischer and Brox 2015, figure 2.) The whole picture
/// is one whose right and lower edge is mirrored up to a size that the graph can take, and, for nets without padding, all of
/// whose edges are.
///
/// Held are one band of input rows and one of output rows, whatever the picture's height.
package final class TiledNet {
    let model: Model
    /// Weights are loaded into these, as into those of a `Net`.
    let parameters: ParameterStore
    let sizes: TileSizes
    /// Channels of a row of the picture.
    package let inputChannels: Int
    /// Channels of a row of the output: 1 for a mask, the number of classes, those of the picture.
    package let outputChannels: Int
    private let interface: NetInterface
    /// One for each of the nets, which have weights of their own.
    private let members: [Member]

    /// A net, with its plans in the order of the sizes.
    private struct Member {
        var executor: Executor
        var plans: [PlanHandle]
    }

    /// - Parameters:
    ///   - pins: whether each thread is bound to a processor.
    ///   - weights: of one net, or of several that walk together; without any they are zero.
    /// - Throws: `TrainerError` for a model without a plan for tiles; `RuntimeError` when memory does not suffice.
    package convenience init(model: Model, threads: Int, pins: Bool = false, weights: [Checkpoint] = []) throws {
        let sizes = try TileSizes.required(of: model)
        let stores = try (0..<max(1, weights.count)).map { _ in try ParameterStore(model: model) }
        for (checkpoint, parameters) in zip(weights, stores) { try checkpoint.restoreWeights(parameters) }
        let executors = try stores.map {
            try Executor(
                model: model, parameters: $0, plans: PlanNames.tiles(of: model), threads: threads,
                preparedWeights: .kept, pins: pins)
        }
        try self.init(sizes, stores[0], executors)
    }

    /// A net's tiles: with its weights as they are at the time, in its memory, on its threads.
    /// - Throws: `TrainerError` for a model without a plan for tiles; `RuntimeError` for a net that was not made for them.
    package convenience init(of net: Net) throws {
        try self.init(TileSizes.required(of: net.model), net.parameters, [net.executor])
    }

    private init(_ sizes: TileSizes, _ parameters: ParameterStore, _ executors: [Executor]) throws {
        let model = parameters.model
        self.model = model
        self.sizes = sizes
        self.parameters = parameters
        interface = try NetInterface(model: model)
        members = try executors.map { executor in
            Member(executor: executor, plans: try sizes.geometries.map { try executor.plan($0.plan) })
        }
        let name = interface.output
        inputChannels = interface.shape.channels
        outputChannels = try model.plan(sizes.largest.plan).outputs.first { $0.name == name }?.shape[0] ?? 1
    }

    /// How many tiles pictures of these sizes take: of each size of tiles its place among the sizes, and their number.
    package func tileCounts(of pictures: [PictureSize]) -> [(tile: Int, count: Int)] {
        var counts = Array(repeating: 0, count: sizes.geometries.count)
        for picture in pictures {
            let tile = sizes.index(width: picture.width, height: picture.height)
            counts[tile] += sizes.geometries[tile].tiles(width: picture.width, height: picture.height)
        }
        return counts.enumerated().map { ($0, $1) }
    }

    /// Computes a tile of nothing, to see how long that takes.
    /// - Parameter tile: its place among the sizes.
    /// - Throws: `RuntimeError`.
    package func runOnce(_ tile: Int) throws {
        for member in members { try member.executor.run(member.plans[tile], batch: 1) }
    }

    /// Predicts one picture of `width` × `height` pixels, each from 1.
    ///
    /// - Parameters:
    ///   - mirrored: also predicts the picture mirrored left to right, as a picture of its own, whose output is mirrored
    ///     back. `write` then takes the output as it is, and behind it the other one.
    ///   - read: fills the next row of the picture, `[inputChannels, width]` as the net takes it. Called for rows 0, 1, 2 …
    ///     in order, each when the first band that shows it is due.
    ///   - check: called before each tile; what it throws ends the walk.
    ///   - write: takes the next row of the output, `[outputChannels, width]` as the graph defines it (logits, mostly); of
    ///     several nets those of one behind the other.
    ///     Called for rows 0, 1, 2 … in order; the buffer is valid within the call.
    /// - Throws: what `read` and `write` throw, after which another picture can be predicted; `TrainerError` for a picture
    ///   without pixels; `RuntimeError`.
    package func predict(
        width: Int, height: Int, mirrored: Bool = false, check: () throws -> Void = {},
        read: (_ row: Int, _ into: UnsafeMutableBufferPointer<Float>) throws -> Void,
        write: (_ row: Int, _ from: UnsafeBufferPointer<Float>) throws -> Void
    ) throws {
        guard width > 0, height > 0 else {
            throw TrainerError("expected a picture with pixels, found \(width) x \(height)")
        }
        let size = sizes.index(width: width, height: height)
        let geometry = sizes.geometries[size]
        let directions = mirrored ? [false, true] : [false]
        let walk = TileWalk(
            rows: geometry.rows, columns: geometry.columns, channels: inputChannels,
            outputChannels: walkChannels(mirrored: mirrored), width: width, height: height)
        var (readCount, writtenCount) = (0, 0)
        while walk.nextBand() {
            while let row = walk.wantedRow() {
                try read(readCount, row)
                readCount += 1
            }
            while walk.nextTile() {
                for isMirrored in directions {
                    try check()
                    for (number, member) in members.enumerated() {
                        let plan = member.plans[size]
                        try member.executor.withInput(interface.picture, plan: plan, sample: 0) {
                            walk.fill($0, isMirrored: isMirrored)
                        }
                        try member.executor.run(plan, batch: 1)
                        let channel = (number * directions.count + (isMirrored ? 1 : 0)) * outputChannels
                        try member.executor.withOutput(interface.output, plan: plan, sample: 0) {
                            walk.keep($0, channels: outputChannels, from: channel, isMirrored: isMirrored)
                        }
                    }
                }
            }
            while let row = walk.finishedRow() {
                try write(writtenCount, row)
                writtenCount += 1
            }
        }
    }

    /// Channels of the output of all nets, and of the picture's mirror image.
    private func walkChannels(mirrored: Bool) -> Int { outputChannels * (mirrored ? 2 : 1) * members.count }

    /// What a walk over a picture of that size takes besides the net, in bytes.
    package func walkBytes(width: Int, height: Int, mirrored: Bool) -> Int {
        var geometry = sizes.geometries[sizes.index(width: width, height: height)].code
        let bytes = unetc_walk_bytes(&geometry, inputChannels, walkChannels(mirrored: mirrored), width, height)
        // All bits set where it is more than can be counted.
        return Int(clamping: UInt(bitPattern: bytes))
    }
}
