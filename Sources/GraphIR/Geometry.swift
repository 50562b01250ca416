/// A height and a width.
public struct Extent: Hashable, Sendable {
    public var height: Int
    public var width: Int

    public init(_ height: Int, _ width: Int) {
        self.height = height
        self.width = width
    }

    public init(_ side: Int) { self.init(side, side) }

    public var area: Int { height * width }
}

/// Rows and columns of zeros around a feature map; `same` padding of an even kernel is not symmetric.
public struct Padding: Hashable, Sendable {
    public var top: Int
    public var left: Int
    public var bottom: Int
    public var right: Int

    public init(top: Int, left: Int, bottom: Int, right: Int) {
        self.top = top
        self.left = left
        self.bottom = bottom
        self.right = right
    }

    public init(_ all: Int) { self.init(top: all, left: all, bottom: all, right: all) }

    /// `height` rows above and below, `width` columns on either side.
    public init(_ extent: Extent) {
        self.init(top: extent.height, left: extent.width, bottom: extent.height, right: extent.width)
    }
}

/// A two-dimensional convolution at its exact shape: `output[k, y, x] = Σ input[c, y·s + i·d − p, x·s + j·d − p] · weight[k, c, i, j]`.
///
/// The weight is OIHW: `[outputChannels, inputChannels / groups, kernel.height, kernel.width]`. The same geometry
/// describes the convolution, the gradient with respect to its input (which is also what a transposed convolution
/// computes) and the gradient with respect to its weight.
public struct ConvGeometry: Hashable, Sendable {
    public var inputChannels: Int
    public var input: Extent
    public var outputChannels: Int
    public var output: Extent
    public var kernel: Extent
    public var stride: Extent
    public var padding: Padding
    public var dilation: Extent
    public var groups: Int
    /// Whether the weight has two dimensions, `[outputChannels, inputChannels]`, as that of PyTorch's `Linear`: of kernels of
    /// one tap in one group.
    public var isLinear = false

    /// The geometry of a convolution of an `inputChannels × input` map, with the output size that PyTorch gives.
    public init(
        inputChannels: Int, input: Extent, outputChannels: Int, kernel: Extent, stride: Extent = Extent(1),
        padding: Padding = Padding(0), dilation: Extent = Extent(1), groups: Int = 1
    ) {
        let output = Extent(
            Self.outputSize(
                input.height, kernel: kernel.height, stride: stride.height, padding: padding.top + padding.bottom,
                dilation: dilation.height),
            Self.outputSize(
                input.width, kernel: kernel.width, stride: stride.width, padding: padding.left + padding.right,
                dilation: dilation.width))
        self.init(
            inputChannels: inputChannels, input: input, outputChannels: outputChannels, output: output, kernel: kernel,
            stride: stride, padding: padding, dilation: dilation, groups: groups)
    }

    /// A geometry whose output size is given, as a transposed convolution needs it: its *input* size is what
    /// `output_padding` chooses among those that convolve down to `output`.
    public init(
        inputChannels: Int, input: Extent, outputChannels: Int, output: Extent, kernel: Extent, stride: Extent,
        padding: Padding, dilation: Extent, groups: Int
    ) {
        self.inputChannels = inputChannels
        self.input = input
        self.outputChannels = outputChannels
        self.output = output
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
    }

    /// Positions of a window of `kernel` taps along `size` values: zero or less when it does not fit.
    public static func outputSize(_ size: Int, kernel: Int, stride: Int, padding: Int, dilation: Int) -> Int {
        let free = size + padding - dilation * (kernel - 1) - 1
        return free < 0 ? 0 : free / stride + 1
    }

    public var inputType: TensorType { .batched([inputChannels, input.height, input.width]) }
    public var outputType: TensorType { .batched([outputChannels, output.height, output.width]) }
    public var weightType: TensorType {
        let shape = [outputChannels, inputChannels / groups, kernel.height, kernel.width]
        return .fixed(isLinear ? Array(shape.prefix(2)) : shape)
    }

    /// Input channels of one group.
    public var groupInputChannels: Int { inputChannels / groups }
    /// Output channels of one group.
    public var groupOutputChannels: Int { outputChannels / groups }
    /// Weights that make one output value: channels of a group times taps.
    public var reductionSize: Int { groupInputChannels * kernel.area }
    /// Multiplications and additions of one sample, counting taps on the padding.
    public var flopsPerSample: Double { 2 * Double(outputChannels * output.area) * Double(reductionSize) }
    /// True when the convolution is a matrix product on the feature map as it lies in memory.
    public var isPointwise: Bool {
        kernel == Extent(1) && stride == Extent(1) && padding == Padding(0) && input == output
    }
}

/// A pooling window over an `input` map of `channels`.
public struct PoolGeometry: Hashable, Sendable {
    public var channels: Int
    public var input: Extent
    public var output: Extent
    public var kernel: Extent
    public var stride: Extent
    public var padding: Padding

    public init(channels: Int, input: Extent, kernel: Extent, stride: Extent, padding: Padding = Padding(0)) {
        self.channels = channels
        self.input = input
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.output = Extent(
            ConvGeometry.outputSize(
                input.height, kernel: kernel.height, stride: stride.height, padding: padding.top + padding.bottom,
                dilation: 1),
            ConvGeometry.outputSize(
                input.width, kernel: kernel.width, stride: stride.width, padding: padding.left + padding.right,
                dilation: 1))
    }

    public var inputType: TensorType { .batched([channels, input.height, input.width]) }
    public var outputType: TensorType { .batched([channels, output.height, output.width]) }
    /// True when no input value lies in two windows, so that each has at most one gradient to take.
    public var isDisjoint: Bool { stride.height >= kernel.height && stride.width >= kernel.width }
}
