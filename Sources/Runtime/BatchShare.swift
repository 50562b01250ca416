/// What a run computes of a batch that several of them share out, each with a net of its own.
///
/// The batch is cut into pieces, whose gradients are added up in pairs: who computes which of them decides where a sum is made, not
/// of what.
public struct BatchShare: Hashable, Sendable {
    /// A piece of the batch, and where the sums of its gradients go.
    public struct Piece: Hashable, Sendable {
        /// By their numbers in the batch; none for a piece of a batch that has fewer samples than pieces.
        public var samples: Range<Int>
        /// Whether what all samples make together counts here: it must in one piece of the batch, whoever has that.
        public var countsWhole: Bool
        /// The buffer of sums that its gradients go to.
        public var buffer: Int
        /// Buffers that may be added up once it is done: which one, and to which.
        public var additions: [(from: Int, into: Int)]

        public init(samples: Range<Int>, countsWhole: Bool, buffer: Int, additions: [(from: Int, into: Int)]) {
            self.samples = samples
            self.countsWhole = countsWhole
            self.buffer = buffer
            self.additions = additions
        }

        public static func == (a: Piece, b: Piece) -> Bool {
            a.samples == b.samples && a.countsWhole == b.countsWhole && a.buffer == b.buffer
                && a.additions.elementsEqual(b.additions, by: ==)
        }

        public func hash(into hasher: inout Hasher) {
            hasher.combine(samples)
            hasher.combine(buffer)
        }
    }

    /// Samples of the whole batch, at most as many as the plan takes.
    public var batch: Int
    /// What is computed here, one piece behind the other.
    public var pieces: [Piece]

    public init(batch: Int, pieces: [Piece]) {
        self.batch = batch
        self.pieces = pieces
    }

    /// The samples that are computed here.
    public var samples: Range<Int> {
        guard let first = pieces.first, let last = pieces.last else { return 0..<0 }
        return first.samples.lowerBound..<last.samples.upperBound
    }
}

/// What a run needs of the others that share its batch: something of each sample, which lies in memory one sample behind the
/// other. This run has filled its own samples'.
public struct SharedSamples {
    public var base: UnsafeMutableRawPointer
    /// Bytes of a sample.
    public var stride: Int
}
