import TestSupport

/// Nets that bundles are made of in tests.
enum BundleNets {
    /// So small that thousands of pictures take a second.
    static let tiny = BundledLibrary.Net(
        name: "tiny",
        text: """
            graph tiny(width = 4, size = 8) {
              input  image: [3, size, size]
              target mask:  [1, size, size]
              enc = relu(conv(image, width, kernel: 3, padding: same))
              low = relu(conv(max_pool(enc, kernel: 2), 2 * width, kernel: 3, padding: same))
              up  = conv_transpose(low, width, kernel: 2, stride: 2)
              dec = relu(conv(concat(up, enc), width, kernel: 3, padding: same))
              output logits = conv(dec, 1, kernel: 1)
              loss bce_with_logits(logits, mask)
            }
            """)

    /// Five bands, and what is different after training.
    static let bands = changing("bands", channels: 5)

    /// What is different while a net learns.
    /// - Parameter train: the block that says how.
    static func changing(_ name: String, channels: Int, train: String = "") -> BundledLibrary.Net {
        BundledLibrary.Net(
            name: name,
            text: """
                graph \(name)(width = 8) {
                  input  image: [\(channels), 24, 40]
                  target mask:  [1, 24, 40]
                  a1 = conv(image, width, kernel: 3, padding: same)
                  a = dropout(silu(batch_norm(a1)), rate: 0.3)
                  b = relu(conv(a, width, kernel: 3, padding: same))
                  output logits = conv(b, 1, kernel: 1)
                  loss bce_with_logits(logits, mask)
                  \(train)
                }
                """)
    }

    /// Every family of kernels of inference at sizes that fit neither tiles nor vectors; the output has them side by side.
    static let families = BundledLibrary.Net(
        name: "families",
        text: """
            graph families(width = 16) {
              input  image: [3, 22, 26]
              a0 = normalize(1 - image, mean: [0.5, 0.25, 0.125], std: [0.25, 1, 2]) / 2
              a1 = relu(conv(a0, width, kernel: 3, padding: 1))
              a2 = relu(conv(a1, width, kernel: 3, padding: 1))
              p1 = max_pool(a2, kernel: 2)
              b0 = conv(p1, 2 * width, kernel: 3, padding: 1)
              b1 = silu(batch_norm(b0))
              b2 = leaky_relu(conv(b1, 2 * width, kernel: 1), slope: 0.1)
              b2l = layer_norm(b2)
              b3 = conv(b2l, 2 * width, kernel: [3, 1], padding: [1, 0], bias: false)
              b4 = tanh(conv(b3, 8, kernel: 3, padding: 2, dilation: 2))
              b5 = conv(b4, 2 * width, kernel: 3, padding: same)
              b6 = instance_norm(conv(b5, 2 * width, kernel: 3, padding: 1, groups: 2))
              g1 = conv(b6, 2 * width, kernel: 3, padding: 1, groups: 2 * width)
              g2 = relu(conv(g1, 2 * width, kernel: 5, stride: 2, padding: 2, groups: 2 * width))
              g3 = conv(g2, 2 * width, kernel: 3, padding: 2, dilation: 2, groups: 8)
              g4 = resize(pad(resize(g3, size: [9, 20]), top: 2, right: 1, mode: reflect), like: b6, mode: bilinear)
              g5 = pad(slice(g4, channels: [3, width + 4]), channels: [3, width - 4])
              b7 = dropout(sigmoid(b6) * b2 + 0.5 * b5 + g5, rate: 0.3)
              c1 = conv(b7, 2 * width, kernel: 3, stride: 2, padding: 1)
              c2 = max_pool(group_norm(c1, groups: 4), kernel: 3, stride: 1, padding: 1)
              c3 = conv_transpose(c2, width, kernel: 3, stride: 2, padding: 1)
              c4 = relu(conv(concat(c3, b7), 2 * width, kernel: 3, padding: 1))
              d1 = conv_transpose(c4, width, kernel: 2, stride: 2)
              d1l = gelu(layer_norm(d1))
              d2 = relu(conv(concat(d1l, a2), width, kernel: 3, padding: 1))
              e1 = maximum(softmax(conv(d2, width, kernel: 1)) * d2, hardsigmoid(d2) / (1 + abs(d2)) - 0.1)
              s1 = relu(linear(global_avg_pool(e1), 4))
              s2 = e1 * (sigmoid(conv(s1, width, kernel: 1)) + global_max_pool(e1))
              s3 = s2 + sigmoid(conv(s2, 1, kernel: 1))
              w1 = resize(g4, like: image, mode: bilinear)
              output logits = concat(conv(s3, 9, kernel: 1), e1, d1l, w1, avg_pool(d2, kernel: 3, stride: 1, padding: 1))
            }
            """)

    /// Channels that fit no vectors: products of matrices, also of a transposed one.
    static let odd = BundledLibrary.Net(
        name: "odd",
        text: """
            graph odd(width = 5) {
              input  image: [3, 20, 28]
              a = relu(conv(image, width, kernel: 3, padding: same))
              b = relu(conv(a, width + 2, kernel: 3, padding: same))
              c = relu(conv(max_pool(b, kernel: 2), 3 * width, kernel: 3, stride: 1, padding: 2, dilation: 2))
              d = conv_transpose(c, width, kernel: 2, stride: 2)
              output logits = conv(concat(d, b), 6, kernel: 1)
            }
            """)

    /// The nets of the folder `graphs`.
    static let graphs: [BundledLibrary.Net] = BundledNet.all.map {
        BundledLibrary.Net(name: $0.name, path: $0.path, overrides: $0.overrides)
    }

    static func tasks(_ flags: [String]) -> [BundledLibrary.Net] {
        [
            ("classes", TaskGraphs.classes), ("middle", TaskGraphs.middle), ("labels", TaskGraphs.labels),
            ("copy", TaskGraphs.reconstruction),
        ].map { BundledLibrary.Net(name: $0.0, text: $0.1, flags: flags) }
    }
}
