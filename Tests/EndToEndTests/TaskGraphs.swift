/// Small nets for other tasks than a binary mask.
enum TaskGraphs {
    static let classes = """
        graph classes(width = 8, size = 32) {
          input  image:  [3, size, size]
          target labels: classes[size, size]
          enc = relu(conv(image, width, kernel: 3, padding: same))
          low = relu(conv(max_pool(enc, kernel: 2), 2 * width, kernel: 3, padding: same))
          up  = conv_transpose(low, width, kernel: 2, stride: 2)
          dec = relu(conv(concat(up, enc), width, kernel: 3, padding: same))
          output logits = conv(dec, 4, kernel: 1)
          loss cross_entropy(logits, labels, ignore: 4)
          train { optimizer: adam(lr: 1e-2)   batch: 16   epochs: 6 }
        }
        """

    /// Without padding: 32 x 32 in, the middle 28 x 28 out.
    static let middle = """
        graph middle(width = 8, size = 32) {
          input  image: [3, size, size]
          target mask:  [1, size, size]
          a = relu(conv(image, width, kernel: 3))
          b = relu(conv(a, width, kernel: 3))
          output logits = conv(b, 1, kernel: 1)
          loss bce_with_logits(logits, crop(mask, like: logits))
          train { optimizer: adam(lr: 1e-2)   batch: 16   epochs: 4 }
        }
        """

    static let normalised = """
        graph normalised(width = 8, size = 32) {
          input  image: [3, size, size]
          target mask:  [1, size, size]
          conv1 = conv(image, width, kernel: 3, padding: same, bias: false)
          enc   = relu(batch_norm(conv1))
          conv2 = conv(max_pool(enc, kernel: 2), 2 * width, kernel: 3, padding: same, bias: false)
          low   = dropout(relu(batch_norm(conv2)), rate: 0.2)
          up    = conv_transpose(low, width, kernel: 2, stride: 2)
          conv3 = conv(concat(up, enc), width, kernel: 3, padding: same)
          dec   = relu(batch_norm(conv3))
          output logits = conv(dec, 1, kernel: 1)
          loss 0.5 * bce_with_logits(logits, mask) + 0.5 * dice_loss(logits, mask)
          train { optimizer: adam(lr: 1e-2)   batch: 16   epochs: 6 }
        }
        """

    static let labels = """
        graph labels(width = 8, size = 32) {
          input  image: [3, size, size]
          target masks: [3, size, size]
          enc = relu(conv(image, width, kernel: 3, padding: same))
          low = relu(conv(max_pool(enc, kernel: 2), 2 * width, kernel: 3, padding: same))
          up  = conv_transpose(low, width, kernel: 2, stride: 2)
          dec = relu(conv(concat(up, enc), width, kernel: 3, padding: same))
          output logits = conv(dec, 3, kernel: 1)
          loss bce_with_logits(logits, masks) + dice_loss(logits, masks)
          train { optimizer: adam(lr: 1e-2)   batch: 8   epochs: 12 }
        }
        """

    static let reconstruction = """
        graph copy(width = 8, size = 32) {
          input image: [3, size, size]
          low = relu(conv(image, width, kernel: 2, stride: 2))
          up  = conv_transpose(low, width, kernel: 2, stride: 2)
          output picture = sigmoid(conv(up, 3, kernel: 1))
          loss mse(picture, image)
          train { optimizer: adam(lr: 1e-2)   batch: 16   epochs: 6 }
        }
        """
}
