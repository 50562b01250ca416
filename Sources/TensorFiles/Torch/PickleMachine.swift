/// Reads a pickle as `torch.save` writes it, and runs none of it: dictionaries, lists and numbers are kept, tensors are
/// recognised, all else is kept by its name.
///
/// After CPython's `pickletools.py`, protocols 2 to 5. Time and memory are bounded by the number of values.
struct PickleMachine {
    /// A thousand tensors take forty thousand.
    private static let mostValues = 1 << 21
    private static let longestText = 1 << 20

    var reader: ByteReader
    var lists: [[PickleValue]] = []
    /// Keys and values, in turn.
    var dictionaries: [[PickleValue]] = []
    var storages: [PickledStorage] = []
    var tensors: [PickledTensor] = []
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    private var memoized = 0
    private var values = 0

    init(_ reader: ByteReader) { self.reader = reader }

    /// Reads one pickle, up to its end.
    /// - Throws: `TensorFileError`, without the file's name, for what is no pickle, or needs what only Python can do.
    mutating func load() throws -> PickleValue {
        (stack, marks, memo, memoized) = ([], [], [:], 0)
        while true {
            let place = reader.position
            let code = try reader.byte()
            if code == UInt8(ascii: ".") {
                guard let result = stack.popLast() else { throw TensorFileError("its pickle has no result") }
                return result
            }
            do {
                guard try step(code) else {
                    throw TensorFileError(
                        "its pickle needs the opcode \(Self.name(code)), which no weights written by torch.save do")
                }
            } catch is Underflow {
                throw TensorFileError("its pickle is broken at byte \(place): opcode \(Self.name(code))")
            }
        }
    }

    /// The stack holds less than an opcode takes, or something else.
    struct Underflow: Error {}

    // MARK: Stack

    mutating func push(_ value: PickleValue) throws {
        try count(1)
        stack.append(value)
    }

    /// Counts values that take memory.
    mutating func count(_ more: Int) throws {
        values += more
        guard values <= Self.mostValues else {
            throw TensorFileError("its pickle has more than \(Self.mostValues) values, which no weights need")
        }
    }

    mutating func pop() throws -> PickleValue {
        // What lies under a mark belongs to what was begun before it.
        guard stack.count > (marks.last ?? 0), let value = stack.popLast() else { throw Underflow() }
        return value
    }

    mutating func mark() throws {
        try count(1)
        marks.append(stack.count)
    }

    /// What stands above the last mark, which goes.
    mutating func popToMark() throws -> [PickleValue] {
        guard let mark = marks.popLast() else { throw Underflow() }
        let values = Array(stack[mark...])
        stack.removeLast(values.count)
        return values
    }

    func top() throws -> PickleValue {
        guard stack.count > (marks.last ?? 0), let value = stack.last else { throw Underflow() }
        return value
    }

    mutating func pushTuple(_ items: [PickleValue]) throws {
        lists.append(items)
        try push(.tuple(lists.count - 1))
    }

    mutating func pushList() throws {
        lists.append([])
        try push(.list(lists.count - 1))
    }

    mutating func pushDictionary() throws {
        dictionaries.append([])
        try push(.dictionary(dictionaries.count - 1))
    }

    /// Adds to the list that is on top; to what is none, such as a set, nothing.
    mutating func append(_ items: [PickleValue]) throws {
        if case .list(let number) = try top() { lists[number] += items }
    }

    /// Adds to the dictionary that is on top; to what is none, nothing.
    mutating func set(_ pairs: [PickleValue]) throws {
        guard pairs.count.isMultiple(of: 2) else { throw Underflow() }
        if case .dictionary(let number) = try top() { dictionaries[number] += pairs }
    }

    // MARK: Memory

    mutating func memoize(_ place: Int? = nil) throws {
        let place = place ?? memoized
        memoized += 1
        try count(1)
        memo[place] = try top()
    }

    mutating func recall(_ place: Int) throws {
        guard let value = memo[place] else { throw Underflow() }
        try push(value)
    }

    // MARK: Texts and numbers

    mutating func pushText(_ length: UInt64) throws {
        guard length <= UInt64(Self.longestText) else { return try pushBytes(length, "a text") }
        try push(.text(String(decoding: try reader.bytes(Int(length)), as: UTF8.self)))
    }

    /// Bytes are nobody's weights: they are passed over.
    mutating func pushBytes(_ length: UInt64, _ what: String = "bytes") throws {
        try reader.skip(length)
        try push(.opaque(what))
    }

    /// A number of any length, little-endian.
    mutating func pushLong(_ length: UInt64) throws {
        guard length <= 8 else {
            // The legacy format's first number, which is known by its bytes.
            if length == 10, try reader.bytes(10) == LegacyMagic.bytes { return try push(.opaque(LegacyMagic.name)) }
            if length == 10 { return try push(.opaque("a large number")) }
            return try pushBytes(length, "a large number")
        }
        let bytes = try reader.bytes(Int(length))
        let isNegative = (bytes.last ?? 0) & 0x80 != 0
        let filled = bytes + [UInt8](repeating: isNegative ? 0xff : 0, count: 8 - bytes.count)
        let bits = filled.enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << UInt64(8 * $1.offset) }
        try push(.integer(Int(Int64(bitPattern: bits))))
    }
}

/// The number with which a file begins that `torch.save` wrote before version 1.6, and how it is told from other numbers.
enum LegacyMagic {
    static let bytes: [UInt8] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]
    static let name = "torch's magic number"
}
