/// The opcodes that files of weights are made of.
extension PickleMachine {
    private static let longestName = 1 << 10

    /// Does what an opcode says.
    /// - Returns: false for one that weights do not need.
    /// - Throws: `TensorFileError`, or `Underflow` when the stack does not hold what it takes.
    mutating func step(_ code: UInt8) throws -> Bool {
        switch code {
        case 0x80: return (2...5).contains(try reader.byte())  // PROTO
        case 0x95: try reader.skip(8)  // FRAME
        case UInt8(ascii: "("): try mark()  // MARK
        case UInt8(ascii: "0"): _ = try pop()  // POP
        case UInt8(ascii: "1"): _ = try popToMark()  // POP_MARK
        case UInt8(ascii: "2"): try push(try top())  // DUP
        case UInt8(ascii: "N"): try push(.none)  // NONE
        case 0x88: try push(.bool(true))  // NEWTRUE
        case 0x89: try push(.bool(false))  // NEWFALSE
        default: return try stepNumber(code) || stepContainer(code) || stepMemory(code) || stepObject(code)
        }
        return true
    }

    private mutating func stepNumber(_ code: UInt8) throws -> Bool {
        switch code {
        case UInt8(ascii: "J"): try push(.integer(Int(try reader.integer(Int32.self))))  // BININT
        case UInt8(ascii: "K"): try push(.integer(Int(try reader.byte())))  // BININT1
        case UInt8(ascii: "M"): try push(.integer(Int(try reader.integer(UInt16.self))))  // BININT2
        case 0x8a: try pushLong(UInt64(try reader.byte()))  // LONG1
        case 0x8b: try pushLong(UInt64(try reader.integer(UInt32.self)))  // LONG4
        case UInt8(ascii: "G"):  // BINFLOAT
            try reader.skip(8)
            try push(.float)
        case UInt8(ascii: "X"): try pushText(UInt64(try reader.integer(UInt32.self)))  // BINUNICODE
        case 0x8c: try pushText(UInt64(try reader.byte()))  // SHORT_BINUNICODE
        case 0x8d: try pushText(try reader.integer(UInt64.self))  // BINUNICODE8
        case UInt8(ascii: "T"): try pushText(UInt64(try reader.integer(UInt32.self)))  // BINSTRING, of Python 2
        case UInt8(ascii: "U"): try pushText(UInt64(try reader.byte()))  // SHORT_BINSTRING
        case UInt8(ascii: "B"): try pushBytes(UInt64(try reader.integer(UInt32.self)))  // BINBYTES
        case UInt8(ascii: "C"): try pushBytes(UInt64(try reader.byte()))  // SHORT_BINBYTES
        case 0x8e, 0x96: try pushBytes(try reader.integer(UInt64.self))  // BINBYTES8, BYTEARRAY8
        default: return false
        }
        return true
    }

    private mutating func stepContainer(_ code: UInt8) throws -> Bool {
        switch code {
        case UInt8(ascii: ")"): try pushTuple([])  // EMPTY_TUPLE
        case 0x85, 0x86, 0x87:  // TUPLE1 to TUPLE3
            let items = try (0x85...code).map { _ in try pop() }
            try pushTuple(items.reversed())
        case UInt8(ascii: "t"): try pushTuple(try popToMark())  // TUPLE
        case UInt8(ascii: "]"): try pushList()  // EMPTY_LIST
        case UInt8(ascii: "a"):  // APPEND
            let item = try pop()
            try append([item])
        case UInt8(ascii: "e"):  // APPENDS
            let items = try popToMark()
            try append(items)
        case UInt8(ascii: "}"): try pushDictionary()  // EMPTY_DICT
        case UInt8(ascii: "s"):  // SETITEM
            let value = try pop()
            let key = try pop()
            try set([key, value])
        case UInt8(ascii: "u"):  // SETITEMS
            let pairs = try popToMark()
            try set(pairs)
        case 0x8f: try push(.opaque("a set"))  // EMPTY_SET
        case 0x90: _ = try popToMark()  // ADDITEMS
        case 0x91:  // FROZENSET
            _ = try popToMark()
            try push(.opaque("a set"))
        default: return false
        }
        return true
    }

    private mutating func stepMemory(_ code: UInt8) throws -> Bool {
        switch code {
        case UInt8(ascii: "q"): try memoize(Int(try reader.byte()))  // BINPUT
        case UInt8(ascii: "r"): try memoize(Int(try reader.integer(UInt32.self)))  // LONG_BINPUT
        case 0x94: try memoize()  // MEMOIZE
        case UInt8(ascii: "h"): try recall(Int(try reader.byte()))  // BINGET
        case UInt8(ascii: "j"): try recall(Int(try reader.integer(UInt32.self)))  // LONG_BINGET
        default: return false
        }
        return true
    }

    private mutating func stepObject(_ code: UInt8) throws -> Bool {
        switch code {
        case UInt8(ascii: "c"):  // GLOBAL
            let module = String(decoding: try reader.line(atMost: Self.longestName), as: UTF8.self)
            let name = String(decoding: try reader.line(atMost: Self.longestName), as: UTF8.self)
            try push(.global(module + "." + name))
        case 0x93:  // STACK_GLOBAL
            guard let name = try pop().text, let module = try pop().text, name.utf8.count <= Self.longestName,
                module.utf8.count <= Self.longestName
            else { throw Underflow() }
            // Texts that stand in the file once may be joined as often as there are opcodes.
            try count((name.utf8.count + module.utf8.count) / 16)
            try push(.global(module + "." + name))
        case UInt8(ascii: "R"), 0x81:  // REDUCE, NEWOBJ
            let arguments = try pop()
            try push(try made(try pop(), arguments))
        case 0x92:  // NEWOBJ_EX
            _ = try pop()
            _ = try pop()
            try push(.opaque(described(try pop())))
        case UInt8(ascii: "b"): _ = try pop()  // BUILD: attributes, which change no tensor
        case UInt8(ascii: "Q"): try push(try persistent(try pop()))  // BINPERSID
        default: return false
        }
        return true
    }

    /// The opcode as `pickletools` calls it, of those that somebody may come across.
    static func name(_ code: UInt8) -> String {
        let names: [UInt8: String] = [
            UInt8(ascii: "i"): "INST", UInt8(ascii: "o"): "OBJ", UInt8(ascii: "P"): "PERSID", UInt8(ascii: "I"): "INT",
            UInt8(ascii: "L"): "LONG", UInt8(ascii: "F"): "FLOAT", UInt8(ascii: "S"): "STRING",
            UInt8(ascii: "V"): "UNICODE",
            UInt8(ascii: "d"): "DICT", UInt8(ascii: "l"): "LIST", UInt8(ascii: "p"): "PUT", UInt8(ascii: "g"): "GET",
            0x80: "PROTO", 0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4", 0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER",
            UInt8(ascii: "R"): "REDUCE", UInt8(ascii: "b"): "BUILD", UInt8(ascii: "Q"): "BINPERSID",
            0x93: "STACK_GLOBAL",
        ]
        let hexadecimal = String(code, radix: 16)
        return names[code] ?? "0x" + (hexadecimal.count < 2 ? "0" : "") + hexadecimal
    }
}
