/// How a graph becomes an ONNX model.
package struct ExportOptions: Hashable, Sendable {
    /// Versions of ONNX's operators that a model may be written in.
    package static let opsets = 17...22

    package var opset = 17
    /// Keeps normalisations by the batch as nodes of their own, in place of folding them into convolutions.
    package var keepsNormalizations = false
    /// Leaves height and width open, for graphs that mean the same at other sizes.
    package var hasDynamicSize = false

    package init() {}

    /// The oldest version of the file's form that has the operators.
    var irVersion: Int {
        switch opset {
        case ...18: 8
        case ...20: 9
        default: 10
        }
    }
}
