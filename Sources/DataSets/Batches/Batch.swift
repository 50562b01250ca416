import Tasks

/// The samples of one step, as the net wants them.
package struct Batch: Sendable {
    /// One `[channels, height, width]` per sample, 0 ... 1.
    package var pictures: [[Float]]
    /// One `[maskHeight, maskWidth]` per sample, 0 or 1, or class numbers; none when there is no target.
    package var targets: [[Float]]
    /// What they were made of.
    package var samples: [Sample]

    package init(_ items: [BatchItem]) {
        pictures = items.map(\.picture)
        targets = items.compactMap(\.target)
        samples = items.map(\.sample)
    }
}

/// One sample of a batch.
package struct BatchItem: Sendable {
    package var picture: [Float]
    /// nil for nets that learn their input.
    package var target: [Float]?
    var sample: Sample

    package init(picture: [Float], target: [Float]? = nil, sample: Sample) {
        self.picture = picture
        self.target = target
        self.sample = sample
    }
}
