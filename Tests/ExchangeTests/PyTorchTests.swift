import TestSupport
import Testing

@testable import Exchange

/// The text of PyTorch modules; that they compute the same is shown by `ExportCommandTests`.
@Suite struct PyTorchTests {
    @Test func aLayerForEachStatementWithParameters() throws {
        let text = try PyTorchModule.text(
            of: try compiled(
                """
                graph small_net {
                  input image: [3, 8, 8]
                  target mask: [1, 8, 8]
                  lambda = relu(conv(image, 4, kernel: 3, padding: 1, bias: false))
                  pool = max_pool(lambda, kernel: 2)
                  up = conv_transpose(pool, 4, kernel: 2, stride: 2)
                  output logits = conv(concat(up, lambda), 1, kernel: 1)
                  loss bce_with_logits(logits, mask)
                }
                """))
        #expect(text.contains("class SmallNet(nn.Module):"))
        #expect(text.contains("put(self, \"lambda\", nn.Conv2d(3, 4, 3, padding=1, bias=False))"))
        #expect(text.contains("lambda_conv = self.get_submodule(\"lambda\")(image)"))
        #expect(text.contains("lambda_ = F.relu(lambda_conv)"))
        #expect(text.contains("up = self.up(pool)") && text.contains("return logits"))
        #expect(!text.contains("mask"))
    }
}
