/// What the elements of a tensor are.
public enum ElementType: String, Hashable, Sendable, CaseIterable {
    /// 32-bit IEEE 754 floats; the only type that gradients flow through.
    case float32 = "f32"
    /// Class numbers of a `classes[H, W]` target, held as exact floats (0, 1, 2 …).
    case classIndex = "class"

    /// Bytes of an element. Nothing else knows how large one is.
    public var bytes: Int {
        switch self {
        case .float32, .classIndex: 4
        }
    }
}

/// The shape of one sample, or of a tensor that all samples share.
///
/// The batch is implicit: a batched tensor of shape `[C, H, W]` is `N × C × H × W` in memory, `N` being known only when a
/// step runs. Parameters and their gradients are not batched.
public struct TensorType: Hashable, Sendable {
    public var shape: [Int]
    public var isBatched: Bool
    public var element: ElementType

    public init(_ shape: [Int], batched: Bool, element: ElementType = .float32) {
        self.shape = shape
        self.isBatched = batched
        self.element = element
    }

    /// A tensor with one block of `shape` per sample.
    public static func batched(_ shape: [Int]) -> TensorType { TensorType(shape, batched: true) }
    /// A tensor that all samples share.
    public static func fixed(_ shape: [Int]) -> TensorType { TensorType(shape, batched: false) }
    /// One number for the whole batch, such as the loss.
    public static let scalar = TensorType.fixed([])

    /// Sizes that all stages can compute with: a dimension, and the elements of a tensor, are smaller.
    public static let dimensionLimit = 1 << 31
    public static let elementLimit = 1 << 40

    /// Elements of one sample (of the whole tensor when it is not batched).
    public var elementCount: Int { shape.reduce(1, *) }

    /// Elements for `batch` samples.
    public func elementCount(batch: Int) -> Int { elementCount * (isBatched ? batch : 1) }

    /// Bytes of one sample (of the whole tensor when it is not batched).
    public var bytes: Int { element.bytes * elementCount }

    /// Bytes for `batch` samples.
    public func bytes(batch: Int) -> Int { element.bytes * elementCount(batch: batch) }

    /// Channels, height and width of a feature map; nil for any other rank.
    public var featureMap: (channels: Int, height: Int, width: Int)? {
        shape.count == 3 ? (shape[0], shape[1], shape[2]) : nil
    }
}

extension TensorType: CustomStringConvertible {
    /// `[N, 64, 128, 128]` for a batched tensor, `[64, 3, 3, 3]` for a fixed one.
    public var description: String {
        let dimensions = (isBatched ? ["N"] : []) + shape.map(String.init)
        let suffix = element == .float32 ? "" : " \(element.rawValue)"
        return "[" + dimensions.joined(separator: ", ") + "]" + suffix
    }
}
