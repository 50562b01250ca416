import GraphIR
import KernelIR

/// A convolution whose windows tile its input: kernel and stride are the same, so that every input pixel belongs to one
/// window and all three products are plain matrix products on rearranged pixels. Convolutions of 1 × 1 are among them.
struct PatchShape {
    let geometry: ConvGeometry
    let width: Int

    init(_ g: ConvGeometry, width: Int) {
        geometry = g
        self.width = width
    }

    var taps: Int { geometry.kernel.area }

    /// A pixel of the convolution's input, counted in floats of one block of channels: that of a tap of the window at
    /// an output position.
    func inputPixel(row: Index, column: Index, tap: Index) -> Index {
        windowStart(row: row, column: column) + shift(tap)
    }

    /// The first pixel of the window at an output position, in floats.
    func windowStart(row: Index, column: Index) -> Index {
        (row * Index(geometry.stride.height * geometry.input.width) + column * Index(geometry.stride.width))
            * Index(width)
    }

    /// How far behind its window's first pixel a tap lies, in floats.
    func shift(_ tap: Index) -> Index {
        let kernelWidth = Index(geometry.kernel.width)
        return (tap / kernelWidth * Index(geometry.input.width) + tap % kernelWidth) * Index(width)
    }
}
