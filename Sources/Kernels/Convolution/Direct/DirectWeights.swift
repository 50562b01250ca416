import GraphIR
import KernelIR

/// Rearranges weights in the order in which a direct convolution multiplies with them:
/// `[panel][phase][block of channels][tap][lane][columns]`. A task makes a panel.
func directWeights(_ panels: WeightPanels, _ shape: GatherShape) -> LoweredStage {
    let (width, columns) = (panels.block.width, panels.block.columns)
    let taps = shape.kernel.area
    let (c, i, j, lane, column): (Index, Index, Index, Index, Index) = (
        .variable("c"), .variable("i"), .variable("j"), .variable("lane"), .variable("column")
    )
    let channel = c * Index(width) + lane
    let output = .task * Index(columns) + column
    let pair = shape.isGradient ? channel * Index(shape.outputs) + output : output * Index(shape.channels) + channel
    let copies = shape.phases.filter { $0.row.taps * $0.column.taps > 0 }.map { phase -> Statement in
        let (row, across) = (phase.row, phase.column)
        let tap = position(row, i) * Index(shape.kernel.width) + position(across, j)
        let before = .task * Index(shape.channels * taps) + Index(phase.tapsBefore * shape.channels)
        let reduction = before + ((c * Index(row.taps) + i) * Index(across.taps) + j) * Index(width) + lane
        let copy = Statement.store(
            .panels, reduction * Index(columns) + column, .load(.weight, pair * Index(taps) + tap, width: 1))
        let tapLoops = Statement.loop(
            "i", from: 0, to: Index(row.taps), step: 1, [.loop("j", from: 0, to: Index(across.taps), step: 1, [copy])])
        let lanes = { (body: [Statement]) in Statement.loop("lane", from: 0, to: Index(width), step: 1, body) }
        let outputs = { (body: [Statement]) in Statement.loop("column", from: 0, to: Index(columns), step: 1, body) }
        // The inner loop runs along the weight's memory.
        let body = shape.isGradient ? lanes([outputs([tapLoops])]) : outputs([lanes([tapLoops])])
        return .loop("c", from: 0, to: Index(shape.channels / width), step: 1, [body])
    }
    return panels.stage(tasks: shape.outputs / columns, copies)
}

/// The place of a phase's tap in the kernel.
private func position(_ phase: GatherAxis.Phase, _ tap: Index) -> Index {
    phase.tapStep > 0
        ? tap * Index(phase.tapStep) + Index(phase.firstTap) : Index(phase.firstTap) - tap * Index(-phase.tapStep)
}
