import TrainerSupport

/// What batches a model trains on.
package struct BatchRule: Hashable, Sendable {
    /// Pictures that the net takes at once.
    package var capacity = 1
    /// Pictures of a batch where nobody says how many, if they are more than the net takes at once.
    var standard: Int?
    /// Why a batch cannot go through the net in parts; nil where it can.
    package var obstacleToParts: String? = "an earlier compiler made the trainer"

    /// Why gradients of parts cannot be added up in pairs; nil where they can.
    package var obstacleToSums: String?

    /// Why the parts of a batch cannot go through the net at once, in several processes; nil where they can.
    package var obstacleToSharing: String?

    /// Why processes cannot share a batch out; nil where they can.
    package func obstacle(toSharing batch: Int) -> String? {
        if let obstacleToSums { return obstacleToSums }
        return batch <= capacity && obstacleToSharing == nil ? nil : obstacleToParts
    }

    /// The largest batch of those that have not been asked for.
    package var largestUnasked: Int { max(capacity, standard ?? 1) }

    /// - Throws: `TrainerError` where a batch cannot be cut into micro-batches.
    package func check(microBatches: Int, batch: Int) throws {
        guard microBatches > 1 else { return }
        if let obstacle = obstacle(toSharing: batch) {
            throw TrainerError(
                "a batch cannot be cut into \(microBatches) micro-batches: \(obstacle)",
                hint: "train it in one process, with --micro-batches 1"
                    + (obstacleToSums != nil ? ", or compile the graph without --memory" : ""))
        }
        guard microBatches <= batch else {
            throw TrainerError(
                "--micro-batches \(microBatches): a batch has \(batch) pictures only",
                hint: "use a larger --batch, or --micro-batches \(batch)")
        }
    }

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
