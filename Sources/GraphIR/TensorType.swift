import Base

/// The shape of one sample, or of a tensor that all samples share.
///
/// The batch is implicit: a batched tensor of shape `[C, H, W]` is `N × C × H × W` in memory, `N` being known only when a
/// step runs. Parameters and their gradients are not batched.
public struct TensorType: Hashable, Sendable {
    public var shape: [Int]
    public var isBatched: Bool
    /// How it is stored.
    public var element: ElementType
    /// Whether it holds class numbers (0, 1, 2 …), as a `classes[H, W]` target does. Gradients flow through other tensors
    /// alone.
    public var isClasses: Bool

    public init(_ shape: [Int], batched: Bool, element: ElementType = .float32, isClasses: Bool = false) {
        self.shape = shape
        self.isBatched = batched
        self.element = element
        self.isClasses = isClasses
    }

    /// A tensor with one block of `shape` per sample.
    public static func batched(_ shape: [Int]) -> TensorType { TensorType(shape, batched: true) }
    /// A tensor that all samples share.
    public static func fixed(_ shape: [Int]) -> TensorType { TensorType(shape, batched: false) }
    /// One number for the whole batch, such as the loss.
    public static let scalar = TensorType.fixed([])

    /// A map of class numbers, one at each position of each sample.
    public static func classes(_ shape: [Int]) -> TensorType { TensorType(shape, batched: true, isClasses: true) }

    /// The same tensor, stored in another way.
    public func stored(as element: ElementType) -> TensorType {
        var type = self
        type.element = element
        return type
    }

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
    /// What of a type its text says behind the shape, where it is not the usual.
    enum Word {
        static let classes = "class"
        static let elements = ElementType.allCases
    }

    private var words: [String] {
        (element == .float32 ? [] : [element.rawValue]) + (isClasses ? [Word.classes] : [])
    }

    /// `[N, 64, 128, 128]` for a batched tensor, `[64, 3, 3, 3]` for a fixed one, `[N, 8, 8] bf16`, `[N, 4, 4] class`.
    public var description: String {
        let dimensions = (isBatched ? ["N"] : []) + shape.map(String.init)
        return (["[" + dimensions.joined(separator: ", ") + "]"] + words).joined(separator: " ")
    }
}
