import Base
import TestSupport

extension JPEGFile {
    /// Breaks a part of the file on the level of segments.
    mutating func mutate(_ random: inout SplitMix64) {
        guard segments.count > 1 else { return }
        switch random.unit() {
        case ..<0.25: mutateFrame(&random)
        case ..<0.45: mutateScans(&random)
        case ..<0.6: mutateTables(&random)
        case ..<0.72: insert(&random)
        case ..<0.87: mutateData(&random)
        case ..<0.95: mutateOrder(&random)
        default: lie(&random)
        }
    }

    /// Changes bytes of a segment's payload where it has so many.
    private mutating func change(_ place: Int, _ body: (inout [UInt8]) -> Void) {
        guard var payload = segments[place].payload, !payload.isEmpty else { return }
        body(&payload)
        segments[place].payload = payload
    }

    // MARK: The header

    private static let sizes: [UInt16] = [
        0, 1, 7, 8, 9, 15, 16, 17, 64, 255, 256, 1_000, 2_048, 4_096, 8_192, 16_384, 32_767, 65_500, 65_535,
    ]

    private mutating func mutateFrame(_ random: inout SplitMix64) {
        guard let place = places(where: Marker.isFrame).randomElement(using: &random) else { return }
        let size = bigEndian(pick(Self.sizes, &random))
        let other = bigEndian(pick(Self.sizes, &random))
        let kind = Int.random(in: 0..<9, using: &random)
        if kind == 0 { segments[place].marker = pick([0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC9, 0xCA, 0xCB, 0xCF], &random) }
        let component = Int.random(in: 0..<3, using: &random)
        let sampling: UInt8 = pick([0x11, 0x21, 0x12, 0x22, 0x41, 0x14, 0x44, 0x13, 0x31], &random)
        let any = byte(&random)
        change(place) { payload in
            let start = 6 + 3 * component
            guard payload.count >= 6 else { return }
            switch kind {
            case 1: payload.replaceSubrange(1..<3, with: size)
            case 2: payload.replaceSubrange(3..<5, with: size)
            case 3: payload.replaceSubrange(1..<5, with: size + other)
            case 4: payload[0] = [0, 2, 8, 12, 16][Int(any) % 5]
            case 5: payload[5] = [0, 1, 2, 3, 4, 5, 10, 255][Int(any) % 8]
            case 6 where payload.count >= start + 3: payload[start + 1] = any < 200 ? sampling : any
            case 7 where payload.count >= start + 3: payload[start + 2] = any % 6
            case 8 where payload.count >= start + 3: payload[start] = any % 5
            default: break
            }
        }
    }

    private func byte(_ random: inout SplitMix64) -> UInt8 { UInt8.random(in: 0...255, using: &random) }

    // MARK: Scans

    private mutating func mutateScans(_ random: inout SplitMix64) {
        let scans = places { $0 == Marker.scan }
        guard let place = scans.randomElement(using: &random) else { return }
        switch Int.random(in: 0..<6, using: &random) {
        case 0, 1:
            let copies =
                switch random.unit() {
                case ..<0.8: Int.random(in: 1...8, using: &random)
                case ..<0.97: Int.random(in: 50...600, using: &random)
                default: 3_000
                }
            var scan = segments[place]
            if random.unit() < 0.5 { scan.data = pick([[], [0], [0xFF, 0], [0x7F, 0xFF, 0]], &random) }
            if random.unit() < 0.3 { change(place) { Self.mutateParameters(&$0, &random) } }
            segments.insert(contentsOf: Array(repeating: scan, count: copies), at: place + 1)
        case 2: segments.remove(at: place)
        case 3: if let other = scans.randomElement(using: &random) { segments.swapAt(place, other) }
        default: change(place) { Self.mutateParameters(&$0, &random) }
        }
    }

    /// What a scan says of itself: its components with their tables, and which bits of which coefficients it has.
    private static func mutateParameters(_ payload: inout [UInt8], _ random: inout SplitMix64) {
        let count = payload.count
        let values: [UInt8] = [0, 1, 2, 3, 5, 62, 63, 64, 255]
        switch Int.random(in: 0..<5, using: &random) {
        case 0: payload[0] = pick([0, 1, 2, 3, 4, 5, 255], &random)
        case 1 where count >= 4: payload[count - 3] = pick(values, &random)
        case 2 where count >= 4: payload[count - 2] = pick(values, &random)
        case 3 where count >= 4: payload[count - 1] = pick([0, 0x01, 0x10, 0x21, 0x0D, 0xD0, 0xFF], &random)
        default:
            payload[Int.random(in: 0..<count, using: &random)] = pick([0, 0x11, 0x22, 0x33, 0xFF, 1, 2, 3], &random)
        }
    }

    // MARK: Tables

    private mutating func mutateTables(_ random: inout SplitMix64) {
        let tables = places { [Marker.huffmanTables, Marker.quantizationTables, Marker.restartInterval].contains($0) }
        guard let place = tables.randomElement(using: &random) else { return }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: segments.remove(at: place)
        case 1:
            // The number of codes of a length, or which table it is.
            let value: UInt8 = pick([0, 1, 2, 3, 4, 0x10, 0x11, 0x14, 0xFF], &random)
            let target = Int.random(in: 0..<17, using: &random)
            change(place) { if target < $0.count { $0[target] = value } }
        case 2: change(place) { flipBits(of: &$0, &random) }
        default:
            let value: UInt8 = pick([0, 0, 1, 0xFF], &random)
            change(place) { for i in 1..<max(1, $0.count) { $0[i] = value } }
        }
    }

    // MARK: Other segments

    private mutating func insert(_ random: inout SplitMix64) {
        let place = Int.random(in: 1...segments.count, using: &random)
        let filler = [UInt8](
            repeating: pick([0, 0xFF, 0x41], &random), count: pick([0, 1, 2, 14, 300, 65_533], &random))
        let adobe = Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, pick([0, 1, 2, 3, 255], &random)]
        let size = bigEndian(pick(Self.sizes, &random))
        let segment: Segment =
            switch Int.random(in: 0..<9, using: &random) {
            case 0, 1, 2, 3: Segment(marker: Marker.exif, payload: ExifBlock.segment(&random))
            case 4: Segment(marker: Marker.adobe, payload: adobe)
            case 5: Segment(marker: Marker.restartInterval, payload: size)
            // The height, which a header of height 0 leaves to behind the first scan.
            case 6: Segment(marker: 0xDC, payload: size)
            case 7: Segment(marker: pick([0xE0, 0xE2, 0xFE, 0xF0, 0xDE, 0xDF, 0x01], &random), payload: filler)
            default: Segment(marker: pick([0xD8, 0xD9, 0xD0, 0xD7, 0x00, 0xFF], &random))
            }
        // Cameras have it before everything else.
        let isExif = segment.marker == Marker.exif && random.unit() < 0.8
        segments.insert(segment, at: isExif ? 1 : place)
    }

    private mutating func mutateOrder(_ random: inout SplitMix64) {
        let place = Int.random(in: 1..<segments.count, using: &random)
        let other = Int.random(in: 1..<segments.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: segments.remove(at: place)
        case 1: segments.insert(segments[place], at: other)
        case 2: segments.swapAt(place, other)
        default: segments.removeLast(segments.count - place)
        }
    }

    private mutating func lie(_ random: inout SplitMix64) {
        guard let place = segments.indices.filter({ segments[$0].payload != nil }).randomElement(using: &random) else {
            return
        }
        let count = UInt16(truncatingIfNeeded: (segments[place].payload?.count ?? 0) + 2)
        segments[place].length = pick([0, 1, 2, count &+ 1, count &- 1, count &+ 40, 0xFFFF], &random)
    }

    // MARK: Entropy-coded data

    private mutating func mutateData(_ random: inout SplitMix64) {
        let scans = places { $0 == Marker.scan }.filter { !segments[$0].data.isEmpty }
        guard let place = scans.randomElement(using: &random) else { return }
        let count = segments[place].data.count
        let middle = Int.random(in: 0..<count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: flipBits(of: &segments[place].data, &random)
        case 1: segments[place].data.removeLast(count - middle)
        case 2: segments[place].data += segments[place].data
        case 3:
            segments[place].data.insert(contentsOf: [0xFF, UInt8.random(in: 0xD0...0xD7, using: &random)], at: middle)
        case 4: segments[place].data.insert(contentsOf: [0xFF, byte(&random)], at: middle)
        default:
            let filler: [UInt8] = pick([[0], [0xFF, 0], [0xFF], [0x55]], &random)
            segments[place].data += Array(repeating: filler, count: pick([1, 100, 20_000], &random)).joined()
        }
    }
}
