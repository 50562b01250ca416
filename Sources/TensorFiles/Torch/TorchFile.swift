/// The tensors of a file that `torch.save` wrote.
enum TorchFile {
    /// nil for a file that is none by its first bytes.
    /// - Throws: `TensorFileError`, without the file's name, for one that cannot be read.
    static func tensors(_ file: OpenedFile) throws -> TorchTensors? {
        let head = try file.head(64)
        if head.starts(with: [0x50, 0x4b, 0x03, 0x04]) { return try archived(file) }
        let isLegacy = head.first == 0x80 && head.indices.contains { head[$0...].starts(with: LegacyMagic.bytes) }
        return isLegacy ? try legacy(file) : nil
    }

    /// Of an archive, as versions from 1.6 on write: a pickle, and each storage as an entry of its own.
    private static func archived(_ file: OpenedFile) throws -> TorchTensors {
        let directory = try ZipDirectory(file)
        let pickles = directory.entries.keys.filter { $0.hasSuffix("/data.pkl") && $0.count { $0 == "/" } == 1 }
        guard let name = pickles.min() else {
            let arrays = directory.entries.keys.filter { $0.hasSuffix(".npy") }
            throw TensorFileError(
                "it is a zip archive without data.pkl, "
                    + (arrays.isEmpty ? "so that torch.save has not written it" : "as numpy.savez writes (.npz)"),
                hint: arrays.isEmpty ? nil : "write its arrays with save_file of safetensors.numpy")
        }
        let root = String(name.dropLast("data.pkl".count))
        guard directory.entries[root + "constants.pkl"] == nil else {
            throw TensorFileError(
                "it is a TorchScript module, as torch.jit.save writes: a program, and no dictionary of tensors",
                hint: "save its tensors: python -c \"import torch; torch.save(torch.jit.load('x.pt', "
                    + "map_location='cpu').state_dict(), 'weights.pt')\"")
        }
        var machine = PickleMachine(ByteReader(file, try directory.content(name)))
        let result = try machine.load()
        var memory = TorchTensors.Memory(places: [:], isBigEndian: false)
        if directory.entries[root + "byteorder"] != nil {
            let order = try directory.content(root + "byteorder")
            memory.isBigEndian = try file.bytes(min(3, order.count), at: order.lowerBound) == Array("big".utf8)
        }
        for storage in machine.storages where memory.places[storage.key] == nil {
            let entry = root + "data/" + storage.key
            if directory.entries[entry] != nil { memory.places[storage.key] = try directory.content(entry) }
        }
        return try TorchTensors(result, of: machine, in: memory)
    }

    /// Of a file as earlier versions wrote: five pickles, of which the fourth is what was saved and the fifth the order of the
    /// storages, whose bytes follow, each behind its number of elements.
    private static func legacy(_ file: OpenedFile) throws -> TorchTensors {
        var machine = PickleMachine(ByteReader(file, 0..<file.size))
        for _ in 0..<2 { _ = try machine.load() }
        let system = try machine.load()
        var memory = TorchTensors.Memory(places: [:], isBigEndian: false)
        if case .dictionary(let number) = system {
            let pairs = machine.dictionaries[number]
            let place = pairs.indices.first { $0.isMultiple(of: 2) && pairs[$0].text == "little_endian" }
            if let place, case .bool(false) = pairs[place + 1] { memory.isBigEndian = true }
        }
        let result = try machine.load()
        guard case .list(let keys) = try machine.load() else {
            throw TensorFileError("its list of storages is missing")
        }
        var sizes: [String: Int] = [:]
        for storage in machine.storages { if let element = storage.element { sizes[storage.key] = element.size } }
        for key in machine.lists[keys] {
            guard let key = key.text, let size = sizes[key] else {
                throw TensorFileError(
                    "the storage \"\(key.text ?? machine.described(key))\" has elements that are not known, so that the "
                        + "ones behind it cannot be found",
                    hint: "save it with a newer version of torch: torch.save(torch.load('x.pt'), 'y.pt')")
            }
            let count = Int(truncatingIfNeeded: try machine.reader.integer(UInt64.self))
            guard count >= 0, count <= machine.reader.left / size else {
                throw TensorFileError(
                    "the storage \"\(key)\" of \(count) elements ends behind the file: it is truncated")
            }
            memory.places[key] = machine.reader.position..<machine.reader.position + count * size
            try machine.reader.skip(UInt64(count * size))
        }
        return try TorchTensors(result, of: machine, in: memory)
    }
}
