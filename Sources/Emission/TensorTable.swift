import Base
import GraphIR
import MemoryPlanning
import Programs

/// What a tensor means to the program around the plan; the raw values are those of `UNETC_ROLE_…`.
public enum TensorRole: String, Hashable, Sendable {
    case value = "VALUE"
    case input = "INPUT"
    case target = "TARGET"
    case cotangent = "COTANGENT"
    case parameter = "PARAMETER"
    case output = "OUTPUT"
    case loss = "LOSS"
    case gradient = "GRADIENT"
    case scratch = "SCRATCH"
}

/// One row of a plan's tensor table.
public struct TensorEntry: Hashable, Sendable {
    public var name: String
    public var role: TensorRole
    public var type: TensorType
    public var region: StorageBuffer.Region
    public var offset: Int
    public var bytes: Int
    public var sampleStrideBytes: Int
    /// `weight`, `bias`, or nil.
    public var parameterKind: ParameterKind?
    public var fanIn: Int
    public var layout: Layout
    /// The row of the value that this one is a part of, or another name for; nil where it stands for itself.
    public var partOf: Int?
}

extension TensorEntry {
    /// A step's scratch memory, or what it prepares.
    fileprivate init(_ buffer: StorageBuffer, name: String) {
        self.init(
            name: name, role: .scratch, type: .fixed([buffer.bytes / ElementType.float32.bytes]), region: buffer.region,
            offset: buffer.offset,
            bytes: buffer.bytes, sampleStrideBytes: 0, parameterKind: nil, fanIn: 0, layout: .nchw)
    }
}

/// The tensors of a plan: one per value in graph order, then the results under the names that callers know.
struct TensorTable {
    private(set) var entries: [TensorEntry] = []
    private var indices: [Int?]
    private var scratchIndices: [Int?]
    private var preparedIndices: [Int?]

    init(_ plan: Plan) {
        let program = plan.program
        let graph = program.graph
        indices = Array(repeating: nil, count: graph.nodes.count)
        scratchIndices = indices
        preparedIndices = indices
        for id in graph.ids {
            let value = program.value(id)
            guard let entry = Self.entry(id, name: value.name, role: value.source.role, plan) else { continue }
            indices[id.index] = entries.count
            entries.append(entry)
        }
        for id in graph.ids {
            if let buffer = plan.scratch[id.index].map({ plan.buffers[$0] }) {
                scratchIndices[id.index] = entries.count
                entries.append(TensorEntry(buffer, name: graph[id].name + ".scratch"))
            }
            if let buffer = plan.prepared[id.index].map({ plan.buffers[$0] }) {
                preparedIndices[id.index] = entries.count
                entries.append(TensorEntry(buffer, name: graph[id].name + ".prepared"))
            }
        }
        markParts(plan)
        for output in graph.outputs { append(output.node, output.name, .output, plan) }
        if let loss = graph.loss { append(loss, "loss", .loss, plan) }
        for binding in graph.gradients {
            append(binding.gradient, "grad." + graph[binding.of].name, .gradient, plan)
        }
    }

    func index(of id: NodeID) -> Int {
        guard let index = indices[id.index] else { fatalError("\(id) has no place in its plan") }
        return index
    }

    /// The scratch memory of a step whose kernels asked for some.
    func scratchIndex(of id: NodeID) -> Int {
        guard let index = scratchIndices[id.index] else { fatalError("\(id) has no scratch memory in its plan") }
        return index
    }

    /// What a step has prepared from parameters.
    func preparedIndex(of id: NodeID) -> Int {
        guard let index = preparedIndices[id.index] else { fatalError("\(id) prepares nothing in its plan") }
        return index
    }

    private mutating func append(_ id: NodeID, _ name: String, _ role: TensorRole, _ plan: Plan) {
        guard var entry = Self.entry(id, name: name, role: role, plan) else { return }
        entry.partOf = indices[id.index]
        entries.append(entry)
    }

    /// Operands of a concat that lie in it, and slices that no step copies.
    private mutating func markParts(_ plan: Plan) {
        let graph = plan.program.graph
        let executed = Set(plan.steps)
        for id in graph.ids {
            switch plan.program.step(id)?.form {
            case .joined:
                let copied = Set(graph.concatCopies(id, locations: plan.locations).map(\.operand))
                for (position, operand) in graph[id].inputs.enumerated() where !copied.contains(position) {
                    mark(operand, partOf: id)
                }
            case .slice(let start) where !executed.contains(id):
                let whole = graph[id].inputs[0]
                if plan.lies(id, at: start, of: whole) { mark(id, partOf: whole) }
            case .slice, .computed, nil: break
            }
        }
    }

    /// Only where the plan has it at its place: elsewhere it would be the part of nothing.
    private mutating func mark(_ part: NodeID, partOf whole: NodeID) {
        guard let index = indices[part.index] else { return }
        entries[index].partOf = indices[whole.index]
    }

    private static func entry(_ id: NodeID, name: String, role: TensorRole, _ plan: Plan) -> TensorEntry? {
        guard let location = plan.locations[id.index] else { return nil }
        let value = plan.program.value(id)
        var kind: ParameterKind?
        var fanIn = 0
        if case .parameter(let parameterKind, let count) = value.source { (kind, fanIn) = (parameterKind, count) }
        let samples = value.type.isBatched ? plan.batchCapacity : 1
        return TensorEntry(
            name: name, role: role, type: value.type, region: plan.buffers[location.buffer].region,
            offset: plan.byteOffset(of: location),
            bytes: (samples - 1) * location.sampleStrideBytes + value.type.bytes,
            sampleStrideBytes: location.sampleStrideBytes, parameterKind: kind, fanIn: fanIn,
            layout: location.layout)
    }
}

extension Plan {
    /// Whether a value lies where a slice of another that begins at that channel does.
    fileprivate func lies(_ part: NodeID, at channel: Int, of whole: NodeID) -> Bool {
        guard let a = locations[part.index], let b = locations[whole.index] else { return false }
        let plane = program.graph[whole].type.shape.dropFirst().reduce(1, *)
        return a.buffer == b.buffer && a.sampleStride == b.sampleStride && a.element == b.element
            && a.elementOffset == b.elementOffset + channel * plane
    }
}

extension Value.Source {
    fileprivate var role: TensorRole {
        switch self {
        case .input: .input
        case .target: .target
        case .cotangent: .cotangent
        case .parameter: .parameter
        case .step: .value
        }
    }
}
