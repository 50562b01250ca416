/// Files as `torch.save` writes them, for tests and fuzzing: a pickle as a list of opcodes, and the memory of its storages.
public struct TorchFileMaker: Sendable {
    /// A tensor and its place in a storage.
    public struct Tensor: Sendable {
        public var name: String
        /// `FloatStorage`.
        public var storageClass: String
        public var key: String
        /// Elements of the storage.
        public var count: Int
        public var offset: Int
        public var shape: [Int]
        public var strides: [Int]

        public init(
            _ name: String, storageClass: String = "FloatStorage", key: String, count: Int, offset: Int = 0,
            shape: [Int],
            strides: [Int]
        ) {
            (self.name, self.storageClass, self.key, self.count) = (name, storageClass, key, count)
            (self.offset, self.shape, self.strides) = (offset, shape, strides)
        }
    }

    public var tensors: [Tensor]
    /// Bytes by key, in the order of the file.
    public var storages: [(key: String, bytes: [UInt8])]
    public var isBigEndian = false

    public init(tensors: [Tensor], storages: [(key: String, bytes: [UInt8])]) {
        self.tensors = tensors
        self.storages = storages
    }

    // MARK: Pickles

    /// The dictionary of the tensors, an opcode with its argument each.
    /// - Parameter wrapping: a key under which the dictionary lies in another one.
    public func opcodes(wrapping: String? = nil) -> [[UInt8]] {
        var codes: [[UInt8]] = [[0x80, 2]]
        if let wrapping {
            codes += [Self.code("}"), Self.code("("), Self.text("epoch"), Self.number(3), Self.text(wrapping)]
        }
        codes += [Self.global("collections", "OrderedDict"), Self.code(")"), Self.code("R"), Self.code("(")]
        for tensor in tensors { codes += [Self.text(tensor.name)] + self.codes(tensor) }
        codes.append(Self.code("u"))
        if wrapping != nil { codes += [Self.text("best"), [0x88], Self.code("u")] }
        return codes + [Self.code(".")]
    }

    private func codes(_ tensor: Tensor) -> [[UInt8]] {
        [
            Self.global("torch._utils", "_rebuild_tensor_v2"), Self.code("("), Self.code("("), Self.text("storage"),
            Self.global("torch", tensor.storageClass), Self.text(tensor.key), Self.text("cpu"),
            Self.number(tensor.count),
            Self.code("t"), Self.code("Q"), Self.number(tensor.offset),
        ] + Self.tuple(tensor.shape) + Self.tuple(tensor.strides) + [
            [0x89], Self.global("collections", "OrderedDict"), Self.code(")"), Self.code("R"), Self.code("t"),
            Self.code("R"),
        ]
    }

    public static func code(_ letter: Character) -> [UInt8] { Array(String(letter).utf8) }

    public static func text(_ text: String) -> [UInt8] { [0x58] + bytes(UInt32(text.utf8.count)) + Array(text.utf8) }

    public static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

    public static func number(_ number: Int) -> [UInt8] {
        if let small = UInt8(exactly: number) { return [0x4b, small] }
        if let middle = Int32(exactly: number) { return [0x4a] + bytes(middle) }
        return [0x8a, 8] + bytes(number)
    }

    private static func tuple(_ numbers: [Int]) -> [[UInt8]] { [code("(")] + numbers.map(number) + [code("t")] }

    // MARK: Files

    /// As versions from 1.6 on write: a zip archive of stored entries.
    /// - Parameter isLarge: whether the archive's end has its numbers in zip64 records, as those beyond 4 GiB do.
    public func archive(_ pickle: [UInt8], isLarge: Bool = false) -> [UInt8] {
        var entries: [(String, [UInt8])] = [("archive/data.pkl", pickle)]
        entries.append(("archive/byteorder", Array((isBigEndian ? "big" : "little").utf8)))
        entries += storages.map { ("archive/data/" + $0.key, $0.bytes) }
        return Self.archive(entries, isLarge: isLarge)
    }

    /// A zip archive of stored entries, without sums of their bytes.
    public static func archive(_ entries: [(String, [UInt8])], isLarge: Bool = false) -> [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for (name, content) in entries {
            let sizes = bytes(UInt32(content.count)) + bytes(UInt32(content.count))
            let numbers: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
            let length = bytes(UInt16(name.utf8.count))
            let large = [1, 0, 24, 0] + bytes(content.count) + bytes(content.count) + bytes(file.count)
            directory += [0x50, 0x4b, 1, 2, 0, 0, 0, 0] + numbers
            directory += isLarge ? [UInt8](repeating: 0xff, count: 8) : sizes
            directory += length + bytes(UInt16(isLarge ? large.count : 0)) + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
            directory += isLarge ? [0xff, 0xff, 0xff, 0xff] : bytes(UInt32(file.count))
            directory += Array(name.utf8) + (isLarge ? large : [])
            // Content begins at multiples of 64 bytes, behind a field of padding.
            let padding = (64 - (file.count + 34 + name.utf8.count) % 64) % 64
            file += [0x50, 0x4b, 3, 4, 0, 0] + numbers + sizes + length + bytes(UInt16(4 + padding))
            file += Array(name.utf8) + [0x46, 0x42] + bytes(UInt16(padding)) + [UInt8](repeating: 0x5a, count: padding)
            file += content
        }
        let start = file.count
        file += directory
        if isLarge {
            let record = file.count
            file += [0x50, 0x4b, 6, 6] + bytes(44) + [45, 0, 45, 0] + [UInt8](repeating: 0, count: 8)
            file += bytes(entries.count) + bytes(entries.count) + bytes(directory.count) + bytes(start)
            file += [0x50, 0x4b, 6, 7, 0, 0, 0, 0] + bytes(record) + [1, 0, 0, 0]
        }
        let count = bytes(UInt16(isLarge ? 0xffff : entries.count))
        file += [0x50, 0x4b, 5, 6, 0, 0, 0, 0] + count + count
        return file
            + (isLarge ? [UInt8](repeating: 0xff, count: 8) : bytes(UInt32(directory.count)) + bytes(UInt32(start)))
            + [0, 0]
    }

    /// As earlier versions wrote: pickles, then the storages one after the other.
    /// - Parameter elementSize: bytes of an element of every storage.
    public func legacy(_ pickle: [UInt8], elementSize: Int = 4) -> [UInt8] {
        let magic: [UInt8] = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]
        var file = magic + [0x80, 2, 0x4d, 0xe9, 3, 0x2e] + [0x80, 2, 0x7d, 0x28]
        file += Self.text("little_endian") + [isBigEndian ? 0x89 : 0x88, 0x75, 0x2e] + pickle
        file += [0x80, 2, 0x5d, 0x28] + storages.flatMap { Self.text($0.key) } + [0x65, 0x2e]
        for storage in storages { file += Self.bytes(storage.bytes.count / elementSize) + storage.bytes }
        return file
    }

    static func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
