import Base

/// A shape and its values in row-major order.
public struct Tensor: Hashable, Sendable {
    /// All dimensions; the batch comes first where there is one.
    public var shape: [Int]
    /// As many values as the product of the dimensions.
    public var values: [Double]

    public init(shape: [Int], values: [Double]) {
        self.shape = shape
        self.values = values
    }

    /// A tensor of one value everywhere.
    public init(shape: [Int], repeating value: Double = 0) {
        self.init(shape: shape, values: Array(repeating: value, count: shape.reduce(1, *)))
    }

    /// One number, of shape `[]`.
    public init(scalar value: Double) { self.init(shape: [], values: [value]) }

    /// What is left of it once it has been stored.
    func rounded(as element: ElementType) -> Tensor {
        Tensor(shape: shape, values: values.map { Double(element.rounded(Float($0))) })
    }

    /// The place of `[n, c, y, x]` in the values of a four-dimensional tensor.
    func offset(_ n: Int, _ c: Int, _ y: Int, _ x: Int) -> Int {
        ((n * shape[1] + c) * shape[2] + y) * shape[3] + x
    }
}
