import Driver
import GraphIR
import KernelIR
import Kernels
import Passes
import Runtime
import TestSupport
import Testing

@testable import Training

/// What is computed tile by tile has the bits of what is computed at once.
@Suite struct TiledOutputTests {
    /// Every kind of operator that moves with its input, on three levels.
    private static let everything = """
        graph everything(rows = 32, columns = 48) {
          input image: [3, rows, columns]
          a1 = relu(conv(image, 8, kernel: 3, padding: 1))
          a0 = conv(a1, 8, kernel: 3, padding: same, bias: false)
          a2 = leaky_relu(batch_norm(a0))
          p1 = max_pool(a2, kernel: 2)
          b1 = silu(conv(p1, 16, kernel: 3, padding: 1))
          b2 = conv(b1, 16, kernel: 3, padding: 2, dilation: 2)
          p2 = avg_pool(b2, kernel: 2)
          c1 = tanh(conv(p2, 16, kernel: 3, padding: 1))
          c2 = conv(b2, 16, kernel: 3, stride: 2, padding: 1)
          u2 = upsample_bilinear(c1 + c2, scale: 2)
          d1 = conv_transpose(c1, 16, kernel: 4, stride: 2, padding: 1)
          g  = sigmoid(conv(d1, 1, kernel: 1))
          n2 = relu(conv(concat(u2, d1, b2), 8, kernel: 3, padding: 1))
          u1 = max_unpool(n2, p1)
          t1 = conv_transpose(n2, 8, kernel: 2, stride: 2)
          w1 = bed_of_nails(b2, scale: 2)
          x1 = upsample_nearest(g, scale: 2)
          o1 = relu(conv(concat(u1, t1, w1, a2), 8, kernel: 3, padding: 1))
          o2 = conv(o1, 3, kernel: 1)
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
    private func expectSameBits(_ tiled: TiledCase, picture size: Extent, seed: UInt64 = 1) throws {
        let (model, plan) = try tiled.tiled()
        let net = try TiledNet(model: model, threads: 2)
        try setParameters(net.parameters, seed: seed)
        let geometry = net.geometry
        #expect(geometry.tiles(width: size.width, height: size.height) > 3)
        let picture = NoisePicture(channels: net.inputChannels, size, seed: seed)
        let canvas = Extent(geometry.rows.canvas(size.height), geometry.columns.canvas(size.width))
        let values = picture.canvas(canvas, top: geometry.marginTop, left: geometry.marginLeft)
        let whole = try output(try tiled.whole(canvas, like: plan), "infer", values, seed: seed)
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
        #expect(Set(bits).count > bits.count / 20, "a net whose output says nothing")
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

    @Test func everyKindOfOperatorAtOddSizes() throws {
        try expectSameBits(Self.everyKind, picture: Extent(211, 333))
    }
}
