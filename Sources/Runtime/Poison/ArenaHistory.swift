/// What the arena holds at each step of a plan, told from what the steps read and write alone, so that it knows nothing
/// of how the planner came to its places.
///
/// A value is its tensor together with those that are parts of it. Its bytes are its own from when a step writes them until
/// the last step that reads them; whoever writes them has them from then on.
struct ArenaHistory {
    /// What a step asks of the arena.
    struct Step {
        /// Bytes that hold no value any more behind the step.
        var freed: [Range<Int>] = []
        /// The first operand that does not hold its value any more when the step reads it.
        var misread: Misreading?
        /// Operands that the step writes in the place of one that it reads, as pairs of places in its list.
        var inPlace: [(written: Int, read: Int)] = []
    }

    /// A tensor whose bytes hold something else when a step reads it.
    struct Misreading {
        var tensor: String
        /// What they hold; nil for nothing.
        var holder: String?
    }

    /// Bytes that hold no value before the first step.
    private(set) var freeAtStart: [Range<Int>] = []
    private(set) var steps: [Step] = []
    /// What callers read after the last step, and cannot.
    private(set) var lostResult: Misreading?

    private let tensors: [TensorInfo]
    private let operands: [[OperandUse]]
    private let batch: Int
    /// By tensor: the tensor that it is a part of in the end.
    private let value: [Int]
    /// By tensor: the last step that touches it, the number of steps for results; -1 for none.
    private let lastUse: [Int]
    /// By value: its tensors.
    private let parts: [[Int]]
    private var owners: ByteOwners

    /// - Parameters:
    ///   - tensors: where they are, those of other regions too.
    ///   - operands: of each step.
    ///   - arenaBytes: behind which no tensor lies.
    init(tensors: [TensorInfo], operands: [[OperandUse]], arenaBytes: Int, batch: Int) {
        self.tensors = tensors
        self.operands = operands
        self.batch = batch
        value = tensors.indices.map { index in
            var whole = index
            // Each tensor at most once, whatever the tables say.
            for _ in tensors.indices { whole = tensors[whole].partOf ?? whole }
            return whole
        }
        var lastUse = tensors.map { $0.role.isResult ? operands.count : -1 }
        for (step, uses) in operands.enumerated() {
            for use in uses { lastUse[use.tensor] = max(lastUse[use.tensor], step) }
        }
        self.lastUse = lastUse
        var parts = [[Int]](repeating: [], count: tensors.count)
        for (index, whole) in value.enumerated() { parts[whole].append(index) }
        self.parts = parts
        owners = ByteOwners(count: arenaBytes)
        walk(arenaBytes)
    }

    private mutating func walk(_ arenaBytes: Int) {
        for (index, tensor) in tensors.enumerated() where tensor.role.isFed { claim(index) }
        freeAtStart = owners.owners(in: 0..<arenaBytes).filter { $0.owner == nil }.map(\.range)
        for (step, uses) in operands.enumerated() {
            var result = Step()
            for use in uses where use.access == .read {
                result.misread = result.misread ?? misreading(use.tensor)
            }
            result.inPlace = overlaps(uses)
            for use in uses where use.access != .read { claim(use.tensor) }
            let touched = Set(uses.map(\.tensor)).sorted()
            for tensor in touched where lastUse[tensor] == step { result.freed += free(tensor, behind: step) }
            steps.append(result)
        }
        for (index, tensor) in tensors.enumerated() where tensor.role.isResult {
            lostResult = lostResult ?? misreading(index)
        }
    }

    /// The bytes of a tensor's samples of this run, of one in the arena.
    private func pieces(_ index: Int) -> [Range<Int>] {
        let tensor = tensors[index]
        guard tensor.region == .arena, tensor.elementCount > 0 else { return [] }
        let block = tensor.sampleBytes
        let samples = tensor.isBatched ? batch : 1
        if samples > 1 && tensor.sampleStride == block { return [tensor.offset..<tensor.offset + samples * block] }
        return (0..<samples).map { sample in
            let start = tensor.offset + sample * tensor.sampleStride
            return start..<start + block
        }
    }

    private mutating func claim(_ index: Int) {
        for piece in pieces(index) { owners.give(piece, to: value[index]) }
    }

    private func misreading(_ index: Int) -> Misreading? {
        for piece in pieces(index) {
            for part in owners.owners(in: piece) where part.owner != value[index] {
                return Misreading(tensor: tensors[index].name, holder: part.owner.map { tensors[$0].name })
            }
        }
        return nil
    }

    /// Written operands of another value than a read one whose bytes they share.
    private func overlaps(_ uses: [OperandUse]) -> [(written: Int, read: Int)] {
        // A step that changes what is there already cannot be taken twice.
        let isRepeatable = !uses.contains {
            $0.access == .update && (tensors[$0.tensor].region != .arena || misreading($0.tensor) == nil)
        }
        guard isRepeatable else { return [] }
        var pairs: [(written: Int, read: Int)] = []
        for (written, use) in uses.enumerated() where use.access != .read {
            let places = pieces(use.tensor)
            for (read, other) in uses.enumerated() where other.access == .read {
                guard value[use.tensor] != value[other.tensor] else { continue }
                let others = pieces(other.tensor)
                if places.contains(where: { place in others.contains { $0.overlaps(place) } }) {
                    pairs.append((written, read))
                }
            }
        }
        return pairs
    }

    /// Takes from a value what is of no use behind the step, and returns it.
    private mutating func free(_ index: Int, behind step: Int) -> [Range<Int>] {
        // What another part still needs stays.
        let needed = parts[value[index]].filter { lastUse[$0] > step }.flatMap(pieces)
        var freed: [Range<Int>] = []
        for piece in pieces(index) {
            for part in owners.owners(in: piece) where part.owner == value[index] {
                freed += subtract(needed, from: part.range)
            }
        }
        for range in freed { owners.give(range, to: nil) }
        return freed
    }

    private func subtract(_ others: [Range<Int>], from range: Range<Int>) -> [Range<Int>] {
        var left = [range]
        for other in others where other.overlaps(range) {
            left = left.flatMap { part -> [Range<Int>] in
                guard part.overlaps(other) else { return [part] }
                return [
                    part.lowerBound..<max(part.lowerBound, other.lowerBound),
                    min(part.upperBound, other.upperBound)..<part.upperBound,
                ].filter { !$0.isEmpty }
            }
        }
        return left
    }
}
