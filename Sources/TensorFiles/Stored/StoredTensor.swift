import Base

/// A tensor of a file: what it is called, its shape, and where its elements lie.
public struct StoredTensor: Hashable, Sendable {
    public var name: String
    public var shape: [Int]
    public var element: TensorElement
    /// The byte of the file at which its first element begins.
    var start: Int
    /// Elements from one place along an axis to the next, of a tensor whose elements do not follow each other row by row.
    var strides: [Int]?
    var isBigEndian = false

    public var elementCount: Int { shape.reduce(1, *) }
    /// Bytes of all elements.
    public var byteCount: Int { elementCount * element.size }
}
