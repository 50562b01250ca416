import GraphIR
import Passes

extension Graph {
    /// The part of it that a model holds, each normalisation on its own: equal for two graphs that are one after training, with
    /// values and parameters of the same names. Of a loss, and of what nothing but the loss reads, nothing is left.
    package var exported: Graph {
        removeDeadNodes(
            inferenceGraph(self, foldsNormalizations: false), keepLeaves: false, keepParameters: false)
    }
}
