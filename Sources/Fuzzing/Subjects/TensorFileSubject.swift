import Base
import TensorFiles
import TestSupport

import Platform

extension FuzzSubject {
    /// The reader of files of tensors, on small ones with broken headers, lengths, pickles, archives and data.
    public static func tensors() -> FuzzSubject {
        FuzzSubject(
            name: "tensors", makeInput: { $0.unit() < 0.4 ? safetensorsInput(&$0) : torchInput(&$0) },
            check: checkTensorFile)
    }
}

// MARK: Inputs

private func safetensorsInput(_ random: inout SplitMix64) -> [UInt8] {
    var (header, dataBytes) = safetensorsHeader(&random)
    if random.unit() < 0.95 {
        let (other, _) = safetensorsHeader(&random)
        header = headerMutator.mutated(header, with: other, &random)
    }
    if random.unit() < 0.05 { dataBytes = max(0, dataBytes + Int.random(in: -9...9, using: &random)) }
    var length = UInt64(header.count)
    if random.unit() < 0.05 { length = pickLength(length, &random) }
    let data = (0..<dataBytes).map { _ in UInt8.random(in: 0...255, using: &random) }
    var file = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) } + header + data
    if random.unit() < 0.03 { file.removeLast(Int.random(in: 0...file.count, using: &random)) }
    return file
}

private func pickLength(_ length: UInt64, _ random: inout SplitMix64) -> UInt64 {
    let lengths: [UInt64] = [
        0, 1, length &- 1, length + 1, 100_000_000, 100_000_001, 1 << 31, 1 << 32, 1 << 63, .max, .max - 7,
    ]
    return lengths[Int.random(in: 0..<lengths.count, using: &random)]
}

/// A good header of a few tensors, and the bytes of data behind it.
private func safetensorsHeader(_ random: inout SplitMix64) -> (json: [UInt8], dataBytes: Int) {
    var entries: [String] = []
    var offset = 0
    if random.unit() < 0.5 { entries.append(#""__metadata__":{"format":"pt","note":"\u00e9 \"x\" \ud83d\ude00"}"#) }
    for index in 0..<Int.random(in: 0...5, using: &random) {
        let all = TensorElement.allCases
        let element = all[Int.random(in: 0..<all.count, using: &random)]
        let shape = (0..<Int.random(in: 0...4, using: &random)).map { _ in Int.random(in: 0...4, using: &random) }
        let end = offset + shape.reduce(element.size, *)
        entries.append(
            "\"layer\(index).weight\":{\"dtype\":\"\(element.rawValue)\",\"shape\":\(shape),"
                + "\"data_offsets\":[\(offset),\(end)]}")
        offset = end
    }
    if random.unit() < 0.3 { entries.shuffle(using: &random) }
    let blanks = String(repeating: " ", count: Int.random(in: 0...8, using: &random))
    return (Array(("{" + entries.joined(separator: ",") + "}" + blanks).utf8), offset)
}

private let headerMutator = TextMutator(
    fragments: [
        "{", "}", "[", "]", ",", ":", "\"", "null", "true", "false", "-", "1e5", "1.0", "-1", "00", "\\", "\\u0000",
        "\\ud800", "\\udc00", "\\ud83d\\ude00", "\"\"", "\"dtype\":\"F32\"", "\"shape\":[2,3]",
        "\"data_offsets\":[0,24]",
        "\"__metadata__\":{\"a\":1}", "\"__metadata__\":{}", "\"F16\"", "\"BOOL\"", "\"F64\"", "\"U8\"", "\"f32\"",
        "[]", "{}",
        "\"a\":{}", "\n", "\t",
    ],
    nests: [("[", "]"), ("{\"a\":", "}"), ("{", "}"), ("\"", "\""), ("\\", ""), ("[[1],", "]")],
    numbers: [
        "0", "1", "4", "8", "24", "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551615",
        "4611686018427387904", "2147483648", "1e999", "0.5", "1E+2", "123456789012345678901234567890",
    ],
    blanks: [" ", "\n", "\t", "\r\n", ",", "\u{c}"],
    kinds: [
        TensorElement.allCases.map(\.rawValue), ["dtype", "shape", "data_offsets", "__metadata__"], ["[", "{"],
        ["]", "}"],
    ])

// MARK: Promises

/// A file is refused with its name, or all of its tensors can be read and take the data exactly.
private func checkTensorFile(_ bytes: [UInt8]) -> FuzzOutcome {
    // In memory, and gone with this process whatever becomes of it.
    var template = Array("/dev/shm/unetc-fuzz-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { return .wrong("no file in memory can be made: error \(errno)") }
    unlink(template)
    defer { close(descriptor) }
    guard bytes.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == bytes.count else {
        return .wrong("a file in memory cannot be written: error \(errno)")
    }
    let path = "/proc/self/fd/\(descriptor)"
    do {
        return complaint(about: try TensorFile(path: path), bytes).map(FuzzOutcome.wrong)
            ?? .accepted
    } catch let error as TensorFileError {
        return error.message.hasPrefix(path) ? .refused : .wrong("the file is not named: \(error.message)")
    } catch {
        return .wrong("another error than the promised one: \(error)")
    }
}

private func complaint(about file: TensorFile, _ input: [UInt8]) -> String? {
    var total = 0
    for tensor in file.tensors {
        let (name, count) = (tensor.name, tensor.elementCount)
        guard file.tensor(name) == tensor else { return "\"\(name)\" is not as listed" }
        do {
            let bytes = try file.bytes(name).count
            guard bytes == count * tensor.element.size else { return "\"\(name)\" has \(bytes) bytes" }
            total += bytes
            if tensor.element.isReadableAsFloat, try file.floats(name).count != count {
                return "\"\(name)\" has not \(count) floats"
            }
        } catch {
            return "an accepted tensor cannot be read: \(error)"
        }
    }
    // PyTorch's tensors may share their memory.
    let isTorch = input.starts(with: [0x50, 0x4b]) || input.starts(with: [0x80, 2, 0x8a])
    return isTorch || total <= input.count - 8 ? nil : "the tensors have \(total) bytes of a file of \(input.count)"
}
