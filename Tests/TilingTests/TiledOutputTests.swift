import Driver
import Strategy
import GraphIR
import KernelIR
import Kernels
import Passes
import Runtime
import Tasks
import TestSupport
import Testing

@testable import DataSets
@testable import Nets
@testable import Reporting
@testable import TrainerSupport

/// What is computed tile by tile has the bits of what is computed at once. One after the other: they share models, which
/// are compiled once.
@Suite(.serialized) struct TiledOutputTests {
    /// Every kind of operator that moves with its input, on three levels.
    private static let everything = """
        graph everything(rows = 32, columns = 48) {
          input image: [3, rows, columns]
          n0 = normalize(image - 0.1, mean: [0.5, 0.25, 0], std: [0.5, 1, 2])
          a1 = relu(conv(n0, 8, kernel: 3, padding: 1))
          a0 = conv(a1, 8, kernel: 3, padding: same, bias: false)
          a2 = leaky_relu(batch_norm(a0))
          p1 = max_pool(a2, kernel: 2)
          b1 = silu(conv(p1, 16, kernel: 3, padding: 1))
          b2 = conv(b1, 16, kernel: 3, padding: 2, dilation: 2)
          q2 = gelu(layer_norm(b2))
          p2 = avg_pool(q2, kernel: 2)
          c1 = tanh(conv(p2, 16, kernel: 3, padding: 1))
          c2 = conv(b2, 16, kernel: 3, stride: 2, padding: 1)
          u2 = upsample_bilinear(c1 + c2, scale: 2)
          d1 = conv_transpose(c1, 16, kernel: 4, stride: 2, padding: 1)
          g  = sigmoid(conv(d1, 1, kernel: 1))
          e1 = d1 * g
          n2 = relu(conv(concat(u2, e1, b2), 8, kernel: 3, padding: 1))
          u1 = max_unpool(n2, p1)
          t1 = conv_transpose(n2, 8, kernel: 2, stride: 2)
          w1 = bed_of_nails(b2, scale: 2)
          x1 = upsample_nearest(g, scale: 2)
          o1 = relu(conv(concat(u1, t1, w1, a2), 8, kernel: 3, padding: 1))
          r1 = resize(c1, like: a2, mode: bilinear)
          r2 = resize(resize(o1, like: p1, mode: nearest_exact), like: o1)
          e1 = crop(pad(o1, top: 2, bottom: 1, left: 1, mode: reflect), top: 1, bottom: 2, right: 1)
          o3 = pad(slice(concat(r1, r2), channels: [8, 20]), channels: [2, 1])
          o2 = conv(concat(o3, e1), 3, kernel: 1)
          output logits = softmax(o2)
          output gate = x1
        }
        """

    static let everyKind = TiledCase(
        name: "everything", text: everything,
        sized: { [("rows", "\($0.height)"), ("columns", "\($0.width)")] }, size: Extent(32, 48), tile: Extent(128, 144))

    /// A bundled net, square.
    static func bundled(
        _ name: String, width: Int, size: Int, tile: Extent, target: Target = .x86v3, backend: Backend = .c,
        _ convolutions: ConvolutionChoice = .auto
    ) throws -> TiledCase {
        let net = try #require(BundledNet.all.first { $0.name == name })
        let isFlat = name == "unet-camvid"
        return TiledCase(
            name: name, text: try net.text(),
            sized: { size in
                let sides =
                    isFlat
                    ? [("rows", "\(size.height)"), ("columns", "\(size.width)")] : [("size", "\(size.height)")]
                return [("width", "\(width)")] + sides.map { (name: $0.0, value: $0.1) }
            }, size: isFlat ? Extent(size, size + 16) : Extent(size), tile: tile, target: target, backend: backend,
            convolutions: convolutions)
    }

    // MARK: Whole pictures

    /// Walks the picture by tiles and compares with the graph at the canvas's size.
    ///
    /// - Parameter kinds: the plans for tiles; the picture is expected to take the last one.
    private func expectSameBits(
        _ tiled: TiledCase, picture size: Extent, seed: UInt64 = 1, kinds: [PlanKind] = [.tile]
    ) throws {
        let (model, plan) = try tiled.tiled(kinds)
        let net = try TiledNet(model: model, threads: 2)
        try setParameters(net.parameters, seed: seed)
        let geometry = net.sizes.geometries[net.sizes.index(width: size.width, height: size.height)]
        #expect(geometry.plan == kinds.last?.rawValue)
        #expect(geometry.tiles(width: size.width, height: size.height) > 3 || kinds.count > 1)
        let picture = NoisePicture(channels: net.inputChannels, size, seed: seed)
        let canvas = Extent(geometry.rows.canvas(size.height), geometry.columns.canvas(size.width))
        let values = picture.canvas(canvas, top: geometry.marginTop, left: geometry.marginLeft)
        let whole = try output(try tiled.whole(canvas, like: plan, kinds.last ?? .tile), "infer", values, seed: seed)
        let bits = try walk(net, picture)
        var different = 0
        for c in 0..<net.outputChannels {
            for y in 0..<size.height {
                for x in 0..<size.width {
                    let expected = whole.bits[(c * whole.shape[1] + y) * whole.shape[2] + x]
                    if bits[(c * size.height + y) * size.width + x] != expected { different += 1 }
                }
            }
        }
        #expect(different == 0, "of \(bits.count) values")
        #expect(Set(bits).count > bits.count / 50, "a net whose output says nothing")
    }

    /// The bits of the output, `[channels, height, width]`.
    private func walk(_ net: TiledNet, _ picture: NoisePicture) throws -> [UInt32] {
        let size = picture.size
        var bits = [UInt32](repeating: 0, count: net.outputChannels * size.area)
        var (readRows, writtenRows) = (0, 0)
        try net.predict(width: size.width, height: size.height) { row, target in
            #expect(row == readRows && target.count == picture.channels * size.width)
            readRows += 1
            for c in 0..<picture.channels {
                for x in 0..<size.width {
                    target[c * size.width + x] = picture.values[(c * size.height + row) * size.width + x]
                }
            }
        } write: { row, values in
            #expect(row == writtenRows && values.count == net.outputChannels * size.width)
            writtenRows += 1
            for c in 0..<net.outputChannels {
                for x in 0..<size.width {
                    bits[(c * size.height + row) * size.width + x] = values[c * size.width + x].bitPattern
                }
            }
        }
        #expect(readRows == size.height && writtenRows == size.height)
        return bits
    }

    /// A small net for every run of the tests.
    private static func small() throws -> TiledCase { try bundled("unet-small", width: 8, size: 32, tile: Extent(64)) }

    /// Of tiles of several sizes those that compute the fewest pixels.
    @Test func picturesTakeTilesThatFit() throws {
        let large = try Self.bundled("unet-small", width: 8, size: 32, tile: Extent(512))
        try expectSameBits(large, picture: Extent(119, 90), kinds: PlanKind.tiles)
        try expectSameBits(large, picture: Extent(250, 131), kinds: [.tile, .tileHalf])
        let net = try TiledNet(model: try large.tiled(PlanKind.tiles).model, threads: 2)
        let counts = { (height: Int, width: Int) in
            net.tileCounts(of: [PictureSize(width: width, height: height)]).map(\.count)
        }
        #expect(counts(1, 1) == [0, 0, 1])
        #expect(counts(100, 128) == [0, 0, 1])
        #expect(counts(256, 256) == [0, 1, 0])
        #expect(counts(512, 480) == [1, 0, 0])
        let many = counts(4000, 3000)
        #expect(many[0] > 40 && many[1] == 0 && many[2] == 0)
    }

    @Test func aSmallNetAtAnOddSize() throws { try expectSameBits(try Self.small(), picture: Extent(79, 78)) }

    @Test(.enabled(if: isLongRun)) func everyKindOfOperatorAtOddSizes() throws {
        try expectSameBits(Self.everyKind, picture: Extent(211, 333))
    }

    /// Maps whose sizes are to each other as such numbers: how their places are computed hangs on the ratio, not on the size.
    @Test(arguments: [(10, 7), (13, 1), (9, 4), (4, 9)])
    func mapsAtOddRatios(from: Int, to: Int) throws {
        let odd = TiledCase(
            name: "ratio",
            text: """
                graph ratio(rows = 72, columns = 72) {
                  input image: [3, rows, columns]
                  a = avg_pool(conv(image, 8, kernel: 3, padding: same), kernel: \(from))
                  b = max_pool(conv(image, 8, kernel: 3, padding: same), kernel: \(to))
                  c = resize(a, like: b, mode: bilinear)
                  d = resize(c * b, like: image, mode: bilinear_asymmetric)
                  output logits = conv(d, 2, kernel: 1)
                }
                """,
            sized: { [("rows", "\($0.height)"), ("columns", "\($0.width)")] }, size: Extent(2 * from * to),
            tile: Extent(6 * from * to, 7 * from * to))
        try expectSameBits(odd, picture: Extent(8 * from * to + 5, 9 * from * to - 3))
    }

    /// The second output of a mirrored walk is that of the mirrored picture, mirrored back.
    @Test func theMirroredPictureComesAlong() throws {
        let net = try TiledNet(model: try Self.small().tiled().model, threads: 2)
        try setParameters(net.parameters, seed: 2)
        let picture = NoisePicture(channels: 3, Extent(70, 81), seed: 3)
        let mirrored = NoisePicture(mirroring: picture)
        let (plain, other) = (try walk(net, picture), try walk(net, mirrored))
        let width = picture.size.width
        try net.predict(width: width, height: picture.size.height, mirrored: true) { row, target in
            for i in 0..<target.count { target[i] = picture.value(i / width, row, i % width) }
        } write: { row, values in
            #expect(values.count == 2 * width)
            for x in 0..<width {
                #expect(values[x].bitPattern == plain[row * width + x])
                #expect(values[width + x].bitPattern == other[row * width + width - 1 - x])
            }
        }
    }

    /// A writer that fails ends the walk; the net goes on with the next picture.
    @Test func aFailedWalkHarmsNobody() throws {
        struct DiskFull: Error {}
        let net = try TiledNet(model: try Self.small().tiled().model, threads: 2)
        try setParameters(net.parameters, seed: 2)
        let picture = NoisePicture(channels: 3, Extent(70, 20), seed: 3)
        let before = try walk(net, picture)
        #expect(throws: DiskFull.self) {
            try net.predict(width: 20, height: 70) { _, _ in
            } write: { row, _ in
                if row == 30 { throw DiskFull() }
            }
        }
        #expect(try walk(net, picture) == before)
        #expect(throws: TrainerError.self) {
            try net.predict(width: 0, height: 70) { _, _ in
            } write: { _, _ in
            }
        }
    }

    /// Nets, sizes of tiles, targets, algorithms and backends.
    static func longCases() throws -> [(tiled: TiledCase, picture: Extent)] {
        let names = BundledNet.all.map(\.name).filter {
            !["lraspp-mobilenet", "resunet", "unet-valid", "unet-camvid"].contains($0)
        }
        var cases: [(tiled: TiledCase, picture: Extent)] = try names.map { name in
            (try bundled(name, width: 8, size: 64, tile: Extent(448)), Extent(801, 801))
        }
        cases += [
            (try bundled("unet-valid", width: 8, size: 284, tile: Extent(444)), Extent(487, 487)),
            (try bundled("unet-camvid", width: 16, size: 64, tile: Extent(384, 416), target: .x86v4), Extent(650, 733)),
            // A single row of tiles, with tiles that are not square.
            (try bundled("unet-camvid", width: 8, size: 64, tile: Extent(288, 448)), Extent(280, 1300)),
            (try bundled("unet-camvid", width: 8, size: 64, tile: Extent(512, 320)), Extent(1501, 200)),
            (try bundled("unet-small", width: 8, size: 64, tile: Extent(96)), Extent(301, 301)),
            (try bundled("unet-small", width: 8, size: 64, tile: Extent(160), .winograd4), Extent(301, 301)),
            (
                try bundled("unet-small", width: 16, size: 64, tile: Extent(128), target: .x86v4, .winograd2),
                Extent(301, 301)
            ),
            (
                try bundled("unet-small", width: 8, size: 64, tile: Extent(128), target: .x86v1, .direct),
                Extent(301, 301)
            ),
            (try bundled("unet-small", width: 8, size: 64, tile: Extent(128), backend: .swift), Extent(301, 301)),
        ]
        var everything = everyKind
        everything.target = .x86v4
        everything.tile = Extent(96, 192)
        cases.append((everything, Extent(400, 171)))
        everything.convolutions = .winograd4
        everything.tile = Extent(256, 256)
        cases.append((everything, Extent(400, 501)))
        return cases
    }

    @Test(.enabled(if: isLongRun), arguments: 0..<23)
    func manyNetsSizesAndTargets(_ number: Int) throws {
        let cases = try Self.longCases()
        #expect(cases.count == 23)
        guard cases.indices.contains(number) else { return }
        let (tiled, picture) = cases[number]
        try expectSameBits(tiled, picture: picture, seed: UInt64(number))
    }

    // MARK: Halos

    /// Exact rows and columns of a tile in the middle of a picture, from the upper and left edge and to the others.
    private func exactPart(_ tiled: TiledCase, seed: UInt64) throws -> (found: Padding, told: Padding) {
        let (model, plan) = try tiled.tiled()
        let exactness = try #require(plan.tile)
        let geometry = try #require(try TileSizes(model: model)).largest
        let start = Extent(exactness.alignment.height * 2, exactness.alignment.width * 2)
        let tile = Extent(geometry.tileHeight, geometry.tileWidth)
        let whole = Extent(tile.height + 2 * start.height, tile.width + 2 * start.width)
        let channels = try NetInterface(model: model).shape.channels
        let picture = NoisePicture(channels: channels, whole, seed: seed)
        let expected = try output(try tiled.whole(whole, like: plan), "infer", picture.values, seed: seed)
        var part: [Float] = []
        for c in 0..<channels {
            for y in start.height..<start.height + tile.height {
                let row = (c * whole.height + y) * whole.width
                part += picture.values[row + start.width..<row + start.width + tile.width]
            }
        }
        let found = try output(model, "tile", part, seed: seed)
        let (height, width) = (found.shape[1], found.shape[2])
        let isSame = { (y: Int, x: Int) in
            (0..<found.shape[0]).allSatisfy { c in
                let there = (c * expected.shape[1] + y + start.height) * expected.shape[2] + x + start.width
                return found.bits[(c * height + y) * width + x] == expected.bits[there]
            }
        }
        // Where nothing of the other axis' edges is seen.
        let rows = exactness.halo.top..<height - exactness.halo.bottom
        let columns = exactness.halo.left..<width - exactness.halo.right
        let exactRows = (0..<height).map { y in columns.allSatisfy { isSame(y, $0) } }
        let exactColumns = (0..<width).map { x in rows.allSatisfy { isSame($0, x) } }
        let edge = { (exact: [Bool], isOther: Bool) in
            let middle = exact.count / 2
            return isOther
                ? exact.count - (exact[middle...].firstIndex(of: false) ?? exact.count)
                : (exact[..<middle].lastIndex(of: false) ?? -1) + 1
        }
        return (
            Padding(
                top: edge(exactRows, false), left: edge(exactColumns, false), bottom: edge(exactRows, true),
                right: edge(exactColumns, true)), exactness.halo
        )
    }

    /// A halo that is one row or column smaller gives other bits on each side: nothing is cut off for nothing.
    @Test func halosAreTight() throws {
        let (found, told) = try exactPart(try Self.small(), seed: 5)
        #expect(found == told)
        #expect(told.top > 4)
    }

    /// Never too small; how much too large on each side is printed.
    @Test(.enabled(if: isLongRun), arguments: 0..<23)
    func halosOfManyNets(_ number: Int) throws {
        let tiled = try Self.longCases()[number].tiled
        let (found, told) = try exactPart(tiled, seed: 5)
        print("halo of \(tiled): told \(told), found \(found)")
        #expect(found.top <= told.top && found.left <= told.left)
        #expect(found.bottom <= told.bottom && found.right <= told.right)
    }

    // MARK: Refusals

    private static let refusals = [
        ("a = conv(image, 6, kernel: 3, padding: 1)\n  b = conv(a, 6, kernel: 3, padding: 1)", "OpenBLAS"),
        ("b = group_norm(image, groups: 1)", "moments of a whole map"),
        ("b = image * global_avg_pool(image)", "looks at a map as a whole"),
        ("a = conv(image, 8, kernel: 1)\n  b = conv(a, 8, kernel: 131, padding: 65)", "is too small"),
    ]

    @Test(arguments: refusals)
    func whatCannotBeExactIsRefused(_ statements: String, _ reason: String) throws {
        var tiled = Self.everyKind
        tiled.text = "graph g() {\n  input image: [3, 64, 64]\n  \(statements)\n  output logits = b\n}\n"
        tiled.sized = { _ in [] }
        let error = #expect(throws: DriverError.self) { try tiled.session(Extent(64)).lowered(.tile, tiled.options()) }
        #expect(error?.message.contains(reason) ?? false, "\(String(describing: error))")
    }

    @Test func aTrainerWithoutThePlanSaysHowToGetOne() throws {
        var options = Self.everyKind.options()
        options.plans = [.infer]
        let session = try Session(
            path: try TilingFolder.write("graph g() {\n  input image: [3, 8, 8]\n  output a = relu(image)\n}\n"),
            overrides: [])
        let model = try Model.load(path: try session.compileSharedObject(options).product)
        let error = #expect(throws: TrainerError.self) { try TiledNet(model: model, threads: 1) }
        #expect(error?.hint?.contains("without --tile none") ?? false)
    }
}
