/// What the compiler calls the plans that a trainer runs.
package enum PlanNames {
    package static let train = "train"
    /// The loss, without gradients.
    package static let forward = "forward"
    package static let infer = "infer"
    /// The outputs, of a part of a large picture.
    package static let tile = "tile"
}
