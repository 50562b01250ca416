import Base

/// What a pickle of `torch.save` holds, once it is known where its storages lie: tensors by name.
struct TorchTensors {
    /// The storages' bytes in the file, and how numbers stand there.
    struct Memory {
        /// By key.
        var places: [String: Range<Int>]
        var isBigEndian: Bool
    }

    /// In the file's order.
    private(set) var tensors: [StoredTensor] = []
    /// Why entries are no tensors that can be read, by name.
    private(set) var refusals: [String: String] = [:]

    private let machine: PickleMachine
    private let memory: Memory

    /// Under which names programs keep a `state_dict` among other things, the surest first.
    private static let keys = ["state_dict", "model_state_dict", "model", "net", "network", "weights"]
    private static let deepest = 4

    /// - Throws: `TensorFileError`, without the file's name, when the pickle holds no dictionary of tensors.
    init(_ result: PickleValue, of machine: PickleMachine, in memory: Memory) throws {
        self.machine = machine
        self.memory = memory
        let entries = try stateEntries(result)
        var places: [String: Int] = [:]
        for (name, value) in entries {
            switch value {
            case .tensor(let number):
                guard let tensor = try stored(machine.tensors[number], name) else { continue }
                if let place = places[name] {
                    tensors[place] = tensor
                } else {
                    places[name] = tensors.count
                    tensors.append(tensor)
                }
            case .opaque(let what): refusals[name] = "is \(what), which is not run"
            default: continue
            }
        }
    }

    // MARK: Which dictionary

    /// The entries of the dictionary that holds tensors.
    private func stateEntries(_ result: PickleValue) throws -> [(String, PickleValue)] {
        var value = result
        var path: [String] = []
        while true {
            guard case .dictionary(let number) = value else { throw noDictionary(value, path) }
            let entries = entries(number)
            let named = Self.keys.compactMap { key in entries.last { $0.0 == key } }
            let hasTensors = entries.contains { if case .tensor = $0.1 { true } else { false } }
            let dictionary = named.first { if case .dictionary = $0.1 { true } else { false } }
            if hasTensors && dictionary == nil { return entries }
            guard let inner = dictionary ?? named.first, path.count < Self.deepest else {
                throw noTensors(entries, path)
            }
            path.append(inner.0)
            value = inner.1
        }
    }

    private func entries(_ number: Int) -> [(String, PickleValue)] {
        let pairs = machine.dictionaries[number]
        return stride(from: 0, to: pairs.count - 1, by: 2).compactMap { index in
            pairs[index].text.map { ($0, pairs[index + 1]) }
        }
    }

    private func noDictionary(_ value: PickleValue, _ path: [String]) -> TensorFileError {
        let place = path.isEmpty ? "it holds" : "its entry \"\(path.joined(separator: "."))\" is"
        guard case .opaque(let name) = value else {
            return TensorFileError("\(place) \(machine.described(value)), expected a dictionary of tensors")
        }
        let entry = path.map { "['\($0)']" }.joined()
        return TensorFileError(
            "\(place) an object of \(name), whose code would have to be run; expected a dictionary of tensors",
            hint: "where that code is, save its tensors: python -c \"import torch; torch.save(torch.load('x.pt', "
                + "map_location='cpu', weights_only=False)\(entry).state_dict(), 'weights.pt')\"")
    }

    private func noTensors(_ entries: [(String, PickleValue)], _ path: [String]) -> TensorFileError {
        let place = path.isEmpty ? "" : " in its entry \"\(path.joined(separator: "."))\""
        let found = entries.isEmpty ? "none at all" : Text.list(entries.map { "\"\($0.0)\"" }, most: 12)
        return TensorFileError(
            "it holds no tensors by name\(place), and nothing called \(Self.keys.map { "\"\($0)\"" }.joined(separator: ", ")); "
                + "its entries are \(found)",
            hint: "save the part that holds the weights: python -c \"import torch; torch.save(torch.load('x.pt', "
                + "map_location='cpu')['NAME'], 'weights.pt')\"")
    }

    // MARK: Places

    /// A tensor with its place in the file; nil for one of elements that nothing here reads, which is noted.
    /// - Throws: `TensorFileError` when it lies outside of its storage, or the storage outside of the file.
    private mutating func stored(_ tensor: PickledTensor, _ name: String) throws -> StoredTensor? {
        let storage = machine.storages[tensor.storage]
        guard let element = storage.element else {
            refusals[name] = "has elements of \(storage.className), which are not readable"
            return nil
        }
        guard let bytes = memory.places[storage.key] else {
            throw TensorFileError("tensor \"\(name)\" lies in the storage \"\(storage.key)\", which is not in the file")
        }
        let (end, overflow) = storage.offset.addingReportingOverflow(storage.count)
        guard !overflow, end <= bytes.count / element.size else {
            throw TensorFileError(
                "tensor \"\(name)\" lies in the storage \"\(storage.key)\" of \(storage.count) elements, which has "
                    + "\(bytes.count) bytes in the file: it is truncated")
        }
        guard let reach = Self.reach(tensor), reach <= storage.count else {
            throw TensorFileError(
                "tensor \"\(name)\" \(Text.shape(tensor.shape)) reaches beyond its storage of \(storage.count) elements"
            )
        }
        guard let count = Self.product(tensor.shape) else {
            throw TensorFileError("tensor \"\(name)\" \(Text.shape(tensor.shape)) does not fit into memory")
        }
        guard count <= max(storage.count, 1 << 20) else {
            throw TensorFileError(
                "tensor \"\(name)\" \(Text.shape(tensor.shape)) repeats the \(storage.count) elements of its storage",
                hint: "save it as it is: tensor.contiguous()")
        }
        let first = count == 0 ? 0 : storage.offset + tensor.offset
        // An axis of one place has no next one, wherever that would be.
        let strides = zip(tensor.shape, tensor.strides).map { $0 == 1 ? 0 : $1 }
        return StoredTensor(
            name: name, shape: tensor.shape, element: element, start: bytes.lowerBound + first * element.size,
            strides: count == 0 || Self.isContiguous(tensor) ? nil : strides, isBigEndian: memory.isBigEndian)
    }

    /// Elements of the storage up to the tensor's last one; nil when that is no number.
    private static func reach(_ tensor: PickledTensor) -> Int? {
        if tensor.shape.contains(0) { return 0 }
        var reach = tensor.offset
        for (size, stride) in zip(tensor.shape, tensor.strides) {
            let (span, large) = (size - 1).multipliedReportingOverflow(by: stride)
            let (sum, larger) = reach.addingReportingOverflow(span)
            if large || larger { return nil }
            reach = sum
        }
        return reach < Int.max ? reach + 1 : nil
    }

    private static func product(_ shape: [Int]) -> Int? {
        shape.reduce(1) { count, size in
            count.flatMap {
                let (product, overflow) = $0.multipliedReportingOverflow(by: size)
                return overflow ? nil : product
            }
        }
    }

    /// Whether the elements, of which there are some, follow each other row by row.
    private static func isContiguous(_ tensor: PickledTensor) -> Bool {
        var expected = 1
        for (size, stride) in zip(tensor.shape, tensor.strides).reversed() where size != 1 {
            if stride != expected { return false }
            expected *= size
        }
        return true
    }
}
