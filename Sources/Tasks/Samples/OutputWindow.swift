/// A net without padding says something about the middle of a mask only.
extension SampleShape {
    /// Whether the net's output is smaller than masks.
    package var hasMargin: Bool { outputHeight < maskHeight || outputWidth < maskWidth }

    /// What tests are taken at.
    package var testedSize: PictureSize { PictureSize(width: outputWidth, height: outputHeight) }

    /// Where the output lies in a mask, counted as `crop` does: of an odd difference the smaller half comes first.
    private var top: Int { (maskHeight - outputHeight) / 2 }
    private var left: Int { (maskWidth - outputWidth) / 2 }

    /// The part of `[maskHeight, maskWidth]` that the output speaks of, `[outputHeight, outputWidth]`.
    package func middle(of mask: [UInt8]) -> [UInt8] {
        guard hasMargin else { return mask }
        return (0..<outputHeight).flatMap { row in
            let start = (top + row) * maskWidth + left
            return mask[start..<start + outputWidth]
        }
    }

    /// The output, `[outputHeight, outputWidth]`, in its place in a mask; around it is `outside`.
    package func framed<Value>(_ output: [Value], outside: Value) -> [Value] {
        guard hasMargin else { return output }
        var framed = [Value](repeating: outside, count: maskHeight * maskWidth)
        for row in 0..<outputHeight {
            let start = (top + row) * maskWidth + left
            framed.replaceSubrange(
                start..<start + outputWidth, with: output[row * outputWidth..<(row + 1) * outputWidth])
        }
        return framed
    }
}
