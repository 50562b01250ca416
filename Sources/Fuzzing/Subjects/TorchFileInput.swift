import Base
import TestSupport

/// A small file as `torch.save` writes it, broken in its pickle's opcodes and numbers, in its archive, or anywhere.
func torchInput(_ random: inout SplitMix64) -> [UInt8] {
    let maker = torchFile(&random)
    let wrapping = [nil, nil, "state_dict", "model", "optimizer"].randomElement(using: &random) ?? nil
    var codes = maker.opcodes(wrapping: wrapping)
    if random.unit() < 0.85 {
        for _ in 0..<Int.random(in: 1...4, using: &random) { breakOpcodes(&codes, &random) }
    }
    let pickle = codes.flatMap { $0 }
    var file =
        random.unit() < 0.3 ? maker.legacy(pickle) : maker.archive(pickle, isLarge: random.unit() < 0.25)
    if random.unit() < 0.3 {
        for _ in 0..<Int.random(in: 1...4, using: &random) { breakBytes(&file, &random) }
    }
    if random.unit() < 0.04 { file.removeLast(Int.random(in: 0...file.count, using: &random)) }
    return file
}

// MARK: Whole files

private let storageClasses = [
    "FloatStorage", "FloatStorage", "DoubleStorage", "HalfStorage", "BFloat16Storage", "LongStorage", "BoolStorage",
    "ComplexFloatStorage",
]

private func torchFile(_ random: inout SplitMix64) -> TorchFileMaker {
    var storages: [(key: String, bytes: [UInt8])] = []
    var tensors: [TorchFileMaker.Tensor] = []
    for number in 0..<Int.random(in: 1...4, using: &random) {
        let count = Int.random(in: 0...24, using: &random)
        let name = storageClasses.randomElement(using: &random) ?? ""
        storages.append(("\(number)", (0..<8 * count).map { _ in UInt8.random(in: 0...255, using: &random) }))
        for view in 0..<Int.random(in: 1...2, using: &random) {
            let rows = Int.random(in: 1...4, using: &random)
            let isTurned = random.unit() < 0.3
            let columns = count / rows
            tensors.append(
                TorchFileMaker.Tensor(
                    "layer\(number).\(view)", storageClass: name, key: "\(number)", count: count,
                    shape: isTurned ? [columns, rows] : [rows, columns],
                    strides: isTurned ? [1, columns] : [columns, 1]))
        }
    }
    var maker = TorchFileMaker(tensors: tensors, storages: storages)
    maker.isBigEndian = random.unit() < 0.1
    return maker
}

// MARK: Opcodes

private let numbers = [0, 1, 2, 3, 255, 256, 65_536, 1 << 20, 1 << 31, 1 << 32, 1 << 40, 1 << 62, .max, -1, .min]

private let fragments: [[UInt8]] =
    [
        [0x80, 5], [0x80, 9], [0x94], [0x71, 0], [0x68, 0], [0x68, 7], [0x72, 1, 0, 0, 0],
        [0x6a, 0xff, 0xff, 0xff, 0x7f],
        [0x5d], [0x7d], [0x8f], [0x90], [0x91], [0x93], [0x81], [0x92], [0x62], [0x51], [0x52], [0x74], [0x75], [0x73],
        [0x61], [0x65], [0x85], [0x86], [0x87], [0x28], [0x29], [0x30], [0x31], [0x32], [0x4e], [0x88], [0x2e], [0x63],
        [0x69], [0x6f], [0x50], [0x82, 1], [0x97], [0x95, 0xff, 0, 0, 0, 0, 0, 0, 0], [0x8a, 0], [0x8a, 255],
        [0x8b, 0xff, 0xff, 0xff, 0xff], [0x58, 0xff, 0xff, 0xff, 0xff], [0x8d, 0, 0, 0, 0, 0, 0, 0, 0x80],
        [0x8e, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0x47, 0, 0, 0, 0, 0, 0, 0, 0], [0x42, 8, 0, 0, 0],
        TorchFileMaker.global("os", "system"), TorchFileMaker.global("torch._utils", "_rebuild_parameter"),
        TorchFileMaker.global("torch", "UntypedStorage"), TorchFileMaker.global("torch", "DoubleStorage"),
        TorchFileMaker.text("state_dict"), TorchFileMaker.text("storage"), TorchFileMaker.text(""),
        TorchFileMaker.text("0"), [0x58, 2, 0, 0, 0, 0xff, 0xfe],
    ] + numbers.map(TorchFileMaker.number)

private func breakOpcodes(_ codes: inout [[UInt8]], _ random: inout SplitMix64) {
    guard let place = codes.indices.randomElement(using: &random) else { return }
    let other = codes.indices.randomElement(using: &random) ?? place
    let fragment = fragments.randomElement(using: &random) ?? []
    switch random.unit() {
    case ..<0.15: codes.remove(at: place)
    case ..<0.3: codes.insert(fragment, at: place)
    case ..<0.4: codes[place] = fragment
    case ..<0.5: codes.swapAt(place, other)
    case ..<0.6: codes.insert(contentsOf: codes[min(place, other)..<max(place, other)], at: place)
    case ..<0.63:
        codes.insert(
            contentsOf: Array(repeating: fragment, count: 1 << Int.random(in: 1...14, using: &random)), at: place)
    case ..<0.7: breakBytes(&codes[place], &random)
    default:
        // Numbers decide about memory.
        let places = codes.indices.filter { [0x4b, 0x4a, 0x8a].contains(codes[$0].first) }
        guard let place = places.randomElement(using: &random) else { return }
        let near = (codes[place].count > 1 ? Int(codes[place][1]) : 0) + Int.random(in: -2...2, using: &random)
        codes[place] = TorchFileMaker.number(random.unit() < 0.5 ? near : numbers.randomElement(using: &random) ?? 0)
    }
}

// MARK: Bytes

private func breakBytes(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
    guard let place = bytes.indices.randomElement(using: &random) else { return }
    // The archive's directory is at the end.
    let late = max(0, bytes.count - 1 - Int.random(in: 0..<min(bytes.count, 200), using: &random))
    switch random.unit() {
    case ..<0.3: bytes[late] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0
    case ..<0.5: bytes[late] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case ..<0.7: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case ..<0.85: bytes.remove(at: late)
    default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
    }
}
