import TrainerSupport

/// What batches a model trains on.
package struct BatchRule: Hashable, Sendable {
    /// Pictures that the net takes at once.
    package var capacity = 1
    /// Pictures of a batch where nobody says how many, if they are more than the net takes at once.
    var standard: Int?
    /// Why a batch cannot go through the net in parts; nil where it can.
    var obstacleToParts: String? = "an earlier compiler made the trainer"

    /// The largest batch of those that have not been asked for.
    package var largestUnasked: Int { max(capacity, standard ?? 1) }

    /// The parts of a batch: as few as there can be.
    /// - Throws: `TrainerError` where the net does not take the batch and it cannot be parted.
    package func parts(of batch: Int) throws -> Int {
        guard batch > capacity else { return 1 }
        if let obstacleToParts {
            throw TrainerError(
                "a batch of \(batch) is larger than the \(capacity) that this trainer was compiled for, and cannot go "
                    + "through the net in parts: \(obstacleToParts)",
                hint: "compile the graph again with unetc compile --batch \(batch)")
        }
        return (batch + capacity - 1) / capacity
    }
}
