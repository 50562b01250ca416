import GraphIR
import KernelIR

/// Rearranges weights in the order in which a direct convolution multiplies with them:
/// `[panel][phase][block of channels][tap][lane][columns]`. A task makes a panel.
///
/// - Parameter shape: of one of the groups.
func directWeights(_ panels: WeightPanels, _ shape: GatherShape, _ groups: ChannelGroups) -> LoweredStage {
    let order = DirectWeightOrder(panels: panels, shape: shape, groups: groups)
    let tasks = groups.count * shape.outputs / panels.block.columns
    return panels.stage(tasks: tasks, groups.joined == 1 ? order.dense() : order.joined())
}

private struct DirectWeightOrder {
    let panels: WeightPanels
    let shape: GatherShape
    let groups: ChannelGroups

    private let c = Index.variable("c")
    private let i = Index.variable("i")
    private let j = Index.variable("j")
    private let lane = Index.variable("lane")
    private let column = Index.variable("column")
    private var width: Int { panels.block.width }
    private var columns: Int { panels.block.columns }
    private var taps: Int { shape.kernel.area }

    private func loop(_ variable: String, _ count: Int, _ body: [Statement]) -> Statement {
        .loop(variable, from: 0, to: Index(count), step: 1, body)
    }

    /// Copies the taps of a phase for the lane of a block of channels; `pair` is the weight's number of a pair of channels.
    private func copy(
        _ phase: (row: GatherAxis.Phase, column: GatherAxis.Phase, tapsBefore: Int), pair: Index
    ) -> Statement {
        let (row, across) = (phase.row, phase.column)
        let tap = row.tap(i) * Index(shape.kernel.width) + across.tap(j)
        let before = .task * Index(shape.channels * taps) + Index(phase.tapsBefore * shape.channels)
        let reduction = before + ((c * Index(row.taps) + i) * Index(across.taps) + j) * Index(width) + lane
        let copy = Statement.store(
            .panels, reduction * Index(columns) + column, .load(.weight, pair * Index(taps) + tap, width: 1))
        return loop("i", row.taps, [loop("j", across.taps, [copy])])
    }

    private var phases: [(row: GatherAxis.Phase, column: GatherAxis.Phase, tapsBefore: Int)] {
        shape.phases.filter { $0.row.taps * $0.column.taps > 0 }
    }

    /// All pairs of a group's channels.
    func dense() -> [Statement] {
        let channel = c * Index(width) + lane
        let output = .task * Index(columns) + column
        let pair: Index
        if !shape.isGradient {
            pair = output * Index(shape.channels) + channel
        } else if groups.count == 1 {
            pair = channel * Index(shape.outputs) + output
        } else {
            let panelsPerGroup = Index(shape.outputs / columns)
            let source = .task / panelsPerGroup * Index(shape.channels) + channel
            pair = source * Index(shape.outputs) + .task % panelsPerGroup * Index(columns) + column
        }
        return phases.map { phase in
            let taps = copy(phase, pair: pair)
            // The inner loop runs along the weight's memory.
            let body =
                shape.isGradient
                ? loop("lane", width, [loop("column", columns, [taps])])
                : loop("column", columns, [loop("lane", width, [taps])])
            return loop("c", shape.channels / width, [body])
        }
    }

    /// Zeros, and then the pairs of each of the groups that are joined.
    func joined() -> [Statement] {
        let size = shape.channels * taps * columns
        let zeros = vectorLoop("k", count: Index(size), width: width) {
            [.store(.panels, .task * Index(size) + $0, splat(0, $1))]
        }
        let (channels, outputs) = (shape.channels / groups.joined, shape.outputs / groups.joined)
        let panelsPerGroup = Index(shape.outputs / columns)
        let (inner, channel) = (Index.variable("inner"), Index.variable("channel"))
        let output = .task % panelsPerGroup * Index(columns) + column
        let source = .task / panelsPerGroup * Index(shape.channels) + channel
        let pair =
            shape.isGradient
            ? source * Index(outputs) + output % Index(outputs)
            : (.task * Index(columns) + column) * Index(channels) + inner
        let bindings: [Statement] = [
            .letIndex("channel", output / Index(outputs) * Index(channels) + inner),
            .letIndex("c", channel / Index(width)), .letIndex("lane", channel % Index(width)),
        ]
        return zeros
            + [
                loop(
                    "column", columns, [loop("inner", channels, bindings + phases.map { copy($0, pair: pair) })])
            ]
    }
}
