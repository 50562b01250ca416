import GraphIR
import KernelIR

/// A convolution, or its gradient with respect to its input, as a gather: which pixels of a source map make each pixel
/// of the result.
///
/// The forward product reads the input around each output pixel. The data gradient of a convolution with stride reads
/// different taps for result pixels of different remainders modulo the stride: each remainder is a phase, which is a
/// convolution of stride 1 with a share of the taps. Every tap belongs to exactly one phase.
struct GatherShape {
    /// Channels of the source and of the result.
    let channels: Int
    let outputs: Int
    let source: Extent
    let result: Extent
    let kernel: Extent
    /// True for the data gradient: the weight's axes of channels change places.
    let isGradient: Bool
    let rows: GatherAxis
    let columns: GatherAxis

    init(forward g: ConvGeometry) {
        (channels, outputs, source, result, kernel) = (g.inputChannels, g.outputChannels, g.input, g.output, g.kernel)
        isGradient = false
        rows = GatherAxis(
            result: g.output.height, taps: g.kernel.height, stride: g.stride.height, dilation: g.dilation.height,
            padding: g.padding.top)
        columns = GatherAxis(
            result: g.output.width, taps: g.kernel.width, stride: g.stride.width, dilation: g.dilation.width,
            padding: g.padding.left)
    }

    init(dataGradient g: ConvGeometry) {
        (channels, outputs, source, result, kernel) = (g.outputChannels, g.inputChannels, g.output, g.input, g.kernel)
        isGradient = true
        rows = GatherAxis(
            gradient: g.input.height, taps: g.kernel.height, stride: g.stride.height, dilation: g.dilation.height,
            padding: g.padding.top)
        columns = GatherAxis(
            gradient: g.input.width, taps: g.kernel.width, stride: g.stride.width, dilation: g.dilation.width,
            padding: g.padding.left)
    }

    /// Whether taps are so far from each other that those on the padding are told apart and left out, so that the map can be
    /// read where it lies.
    var skipsPadding: Bool { phases.allSatisfy { $0.row.offsetStep > 1 && $0.column.offsetStep > 1 } }

    /// Phases of both axes, with the number of taps in the phases before.
    var phases: [(row: GatherAxis.Phase, column: GatherAxis.Phase, tapsBefore: Int)] {
        var taps = 0
        var result: [(row: GatherAxis.Phase, column: GatherAxis.Phase, tapsBefore: Int)] = []
        for row in rows.phases {
            for column in columns.phases {
                result.append((row, column, taps))
                taps += row.taps * column.taps
            }
        }
        return result
    }
}

/// One axis of a gather: result position `first + q · period` of a phase is made of source positions
/// `q · step + offset + t · offsetStep` for its taps `t`.
struct GatherAxis {
    /// Result positions of the same remainder.
    struct Phase {
        /// The result position for `q = 0`, and how many there are.
        let first: Int
        let count: Int
        let taps: Int
        /// The source position of the first tap for `q = 0`, and from tap to tap.
        let offset: Int
        let offsetStep: Int
        /// The first tap's place in the kernel, and how far the next ones are; the gradient counts down.
        let firstTap: Int
        let tapStep: Int

        var lastOffset: Int { offset + max(0, taps - 1) * offsetStep }

        /// The place of one of its taps in the kernel.
        func tap(_ number: Index) -> Index {
            tapStep > 0
                ? number * Index(tapStep) + Index(firstTap) : Index(firstTap) - number * Index(-tapStep)
        }
    }

    let step: Int
    let period: Int
    let phases: [Phase]

    init(result: Int, taps: Int, stride: Int, dilation: Int, padding: Int) {
        step = stride
        period = 1
        phases = [
            Phase(first: 0, count: result, taps: taps, offset: -padding, offsetStep: dilation, firstTap: 0, tapStep: 1)
        ]
    }

    /// Position `p` has tap `i` of source position `y` where `y · stride + i · dilation − padding = p`.
    init(gradient result: Int, taps: Int, stride: Int, dilation: Int, padding: Int) {
        step = 1
        period = stride
        phases = (0..<min(stride, result)).map { remainder in
            // Downwards, so that source positions count upwards.
            let own = (0..<taps).reversed().filter { (remainder + padding - $0 * dilation) % stride == 0 }
            let offsets = own.map { (remainder + padding - $0 * dilation) / stride }
            return Phase(
                first: remainder, count: ceilingDivide(result - remainder, stride), taps: own.count,
                offset: offsets.first ?? 0, offsetStep: offsets.count > 1 ? offsets[1] - offsets[0] : 1,
                firstTap: own.first ?? 0, tapStep: own.count > 1 ? own[1] - own[0] : -1)
        }
    }

    /// Source positions from the first to the last that `q = 0` reads in any phase.
    var reach: ClosedRange<Int> {
        let used = phases.filter { $0.taps > 0 }
        return (used.map(\.offset).min() ?? 0)...(used.map(\.lastOffset).max() ?? 0)
    }

    /// The largest number of positions of a phase.
    var count: Int { phases.map(\.count).max() ?? 0 }

    /// The largest number of taps of a phase.
    var largestTaps: Int { phases.map(\.taps).max() ?? 0 }

    /// Source positions that `count` consecutive values of `q` read.
    func span(_ count: Int) -> Int { (count - 1) * step + reach.count }
}
