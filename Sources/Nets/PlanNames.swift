import Runtime

/// What the compiler calls the plans that a trainer runs.
package enum PlanNames {
    package static let train = "train"
    /// The loss, without gradients.
    package static let forward = "forward"
    package static let infer = "infer"

    /// The outputs, of parts of large pictures, in as many sizes of them as the model has.
    package static func tiles(of model: Model) -> [String] { model.plans(for: .tile).map(\.name) }
}
