import Base
import GraphIR
import Kernels

extension Phase {
    /// Its name in C. Leaves have no steps.
    var constant: String { "UNETC_PHASE_" + rawValue.uppercased() }
}

/// A step's counts as the executor needs them.
package struct StepNumbers {
    package private(set) var tasksPerSample = 0
    package private(set) var tasksFixed = 0
    package private(set) var count = 0
    var workspaceBytes = 0
    var flopsPerSample = 0.0
    var flopsFixed = 0.0
    var bytesPerSample = 0.0
    var bytesFixed = 0.0

    package init(_ step: PlannedStep, _ node: Node, _ plan: LoweredPlan) {
        if let stage = step.stage {
            tasksPerSample = stage.kernel.tasksPerSample
            tasksFixed = stage.kernel.tasksFixed
            workspaceBytes = step.workspaceBytes
            flopsPerSample = stage.work.flopsPerSample
            flopsFixed = stage.work.flopsFixed
            bytesPerSample = stage.work.bytesPerSample
            bytesFixed = stage.work.bytesFixed
        } else {
            count = plan.graph[node.inputs[0]].type.elementCount
            tasksFixed = updateTasks(count)
            flopsFixed = 12 * Double(count)
            bytesFixed = bytesOfUpdate(count)
        }
    }
}
