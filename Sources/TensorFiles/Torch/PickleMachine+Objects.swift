/// What functions and classes a pickle may call: those that tensors are made by. None is run; what they would give is known.
extension PickleMachine {
    private static let elements: [String: TensorElement] = [
        "FloatStorage": .f32, "DoubleStorage": .f64, "HalfStorage": .f16, "BFloat16Storage": .bf16,
        "LongStorage": .i64, "IntStorage": .i32, "ShortStorage": .i16, "CharStorage": .i8, "ByteStorage": .u8,
        "BoolStorage": .bool,
    ]

    /// The axes of a tensor at most.
    private static let mostAxes = 64

    /// What calling something would give.
    mutating func made(_ callee: PickleValue, _ arguments: PickleValue) throws -> PickleValue {
        guard case .global(let name) = callee, case .tuple(let number) = arguments else {
            return .opaque(described(callee))
        }
        let arguments = lists[number]
        switch name {
        case "collections.OrderedDict":
            let pairs = try pairs(arguments.first)
            dictionaries.append(pairs)
            return .dictionary(dictionaries.count - 1)
        // The first before version 0.4.
        case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2":
            return try tensor(arguments) ?? .opaque(name)
        case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
            if case .tensor = arguments.first { return arguments[0] }
            return .opaque(name)
        default: return .opaque(name)
        }
    }

    /// What a pickle names that lies elsewhere: a storage, and nothing else.
    mutating func persistent(_ value: PickleValue) throws -> PickleValue {
        guard case .tuple(let number) = value else { return .opaque("a thing by its number") }
        let parts = lists[number]
        guard parts.count >= 5, parts[0].text == "storage", case .global(let name) = parts[1], let key = parts[2].text,
            let count = parts[4].integer, count >= 0
        else { return .opaque("a thing by its number") }
        let className = String(name.split(separator: ".").last ?? "")
        let isKnown = name == "torch." + className || name == "torch.cuda." + className
        var storage = PickledStorage(
            className: className, element: isKnown ? Self.elements[className] : nil, key: key, count: count)
        // Before version 0.4 a part of a storage had a name of its own.
        if parts.count > 5, case .tuple(let view) = parts[5], lists[view].count == 3,
            let offset = lists[view][1].integer,
            let size = lists[view][2].integer, offset >= 0, size >= 0
        {
            (storage.offset, storage.count) = (offset, size)
        }
        storages.append(storage)
        return .storage(storages.count - 1)
    }

    /// What something is, in words.
    func described(_ value: PickleValue) -> String {
        switch value {
        case .global(let name), .opaque(let name): name
        case .dictionary: "a dictionary"
        case .list: "a list"
        case .tuple: "a tuple"
        case .tensor: "a tensor"
        case .storage: "a storage"
        case .text: "a text"
        case .integer, .float, .bool: "a number"
        case .none: "nothing"
        }
    }

    /// Storage, offset, shape and strides; what follows is for training in Python.
    private mutating func tensor(_ arguments: [PickleValue]) throws -> PickleValue? {
        guard arguments.count >= 4, case .storage(let storage) = arguments[0], let offset = arguments[1].integer,
            let shape = sizes(arguments[2]), let strides = sizes(arguments[3]), offset >= 0,
            shape.count == strides.count
        else { return nil }
        try count(shape.count + strides.count)
        tensors.append(PickledTensor(storage: storage, offset: offset, shape: shape, strides: strides))
        return .tensor(tensors.count - 1)
    }

    private func sizes(_ value: PickleValue) -> [Int]? {
        guard case .tuple(let number) = value, lists[number].count <= Self.mostAxes else { return nil }
        let sizes = lists[number].compactMap(\.integer).filter { $0 >= 0 }
        return sizes.count == lists[number].count ? sizes : nil
    }

    /// Of a list of pairs, as older versions of Python wrote dictionaries that keep their order.
    private mutating func pairs(_ value: PickleValue?) throws -> [PickleValue] {
        guard case .list(let number) = value else { return [] }
        // Also for what is no pair: a list may be asked for as often as there are opcodes.
        try count(2 * lists[number].count)
        return lists[number].flatMap { pair -> [PickleValue] in
            switch pair {
            case .list(let items), .tuple(let items): lists[items].count == 2 ? lists[items] : []
            default: []
            }
        }
    }
}
