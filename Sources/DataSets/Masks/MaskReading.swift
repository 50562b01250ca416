import Tasks

/// What the values of masks look like, whatever the net wants.
package enum MaskReading: Hashable, Sendable {
    /// All pixels of all masks have one value.
    case single(UInt8)
    /// 0 and 1.
    case zeroOne
    /// 0 and 255.
    case zeroFull
    /// Some files have 0 and 1, others 0 and 255.
    case mixed
    /// 1, 2 and 3 as in the Oxford pets: 2 is background.
    case trimap
    /// Two others.
    case two(UInt8, UInt8)
    /// Two values and many between and beside them, as JPEG or smoothing leaves them; the two, the lower first.
    case smeared(UInt8, UInt8)
    /// Class numbers times this, as PNG files of 1, 2 or 4 bits a pixel are read.
    case scaled(UInt8)
    /// Numbers from 0 on without large gaps, 255 maybe besides.
    case numbers
    /// As many values as photographs have.
    case photographs
    case several

    /// - Parameters:
    ///   - isLossy: some of the masks are JPEG files.
    ///   - isScaled: all of them have 2 or 4 bits a pixel.
    package init(_ values: MaskValues, isLossy: Bool = false, isScaled: Bool = false) {
        let all = values.values
        if let reading = Self.few(all) {
            self = reading
        } else if isScaled, let step = [85, 17].first(where: { step in all.allSatisfy { $0 % step == 0 } }) {
            self = .scaled(step)
        } else if let (low, high) = Self.peaks(values, isLossy: isLossy) {
            self = .smeared(low, high)
        } else if all.count > 64 {
            self = .photographs
        } else if Self.looksLikeNumbers(all) {
            self = .numbers
        } else {
            self = .several
        }
    }

    /// From 0 on without large gaps, 255 maybe besides.
    private static func looksLikeNumbers(_ all: [UInt8]) -> Bool {
        guard let last = all.last(where: { $0 != 255 }) else { return false }
        return last < 64 && all.count * 2 > Int(last)
    }

    private static func few(_ all: [UInt8]) -> MaskReading? {
        switch all {
        case [0, 1]: .zeroOne
        case [0, 255]: .zeroFull
        case [0, 1, 255]: .mixed
        case [1, 2, 3]: .trimap
        case _ where all.count == 2: .two(all[0], all[1])
        case _ where all.count < 2: .single(all.first ?? 0)
        default: nil
        }
    }

    /// The two values around which nearly all pixels lie, where others lie between and beside them.
    private static func peaks(_ values: MaskValues, isLossy: Bool) -> (UInt8, UInt8)? {
        let all = values.values
        func most(_ candidates: [UInt8]) -> UInt8? { candidates.max { values.count(of: $0) < values.count(of: $1) } }
        guard let first = most(all) else { return nil }
        func distance(_ a: UInt8, _ b: UInt8) -> Int { abs(Int(a) - Int(b)) }
        guard let second = most(all.filter { distance($0, first) >= 32 }) else { return nil }
        func share(_ isIn: (UInt8) -> Bool) -> Double {
            Double(all.filter(isIn).reduce(0) { $0 + values.count(of: $1) }) / Double(max(1, values.pixelCount))
        }
        let exact = share { $0 == first || $0 == second }
        let near = share { distance($0, first) <= 24 || distance($0, second) <= 24 }
        let isNumbers = !isLossy && looksLikeNumbers(all)
        let isSmooth = !isNumbers && all.contains(0) && all.contains(255) && exact >= 0.9
        // Class numbers beside a 255 for "void" are fewer than what smearing makes.
        let isSmeared = (isLossy || all.count > 24) && exact >= 0.4 && near >= 0.9
        guard isSmooth || isSmeared else { return nil }
        // Black and white that were compressed have their peak beside 0 and 255 now and then.
        let (low, high) = (min(first, second), max(first, second))
        return (low <= 8 ? 0 : low, high >= 247 ? 255 : high)
    }

    /// What people call it.
    package var text: String {
        switch self {
        case .single(let value): "nothing but \(value)"
        case .zeroOne: "0 and 1"
        case .zeroFull: "0 and 255"
        case .mixed: "0 and 1 in some files, 0 and 255 in others"
        case .trimap: "trimaps (1 object, 2 background, 3 border)"
        case .two(let low, let high): "two values, \(low) and \(high)"
        case .smeared(let low, let high): "\(low) and \(high), smeared by JPEG or smoothing"
        case .scaled(let step): "class numbers times \(step), from PNG of few bits a pixel"
        case .numbers: "class numbers"
        case .photographs: "as many values as a photograph"
        case .several: "several values"
        }
    }

    /// The map for a net that learns object against background; nil where nothing can be said.
    package func binaryMap(_ values: MaskValues) -> MaskMap? {
        switch self {
        case .single, .photographs: return nil
        case .zeroOne: return MaskMap(background: [0], object: [1])
        case .zeroFull: return MaskMap(background: [0], object: [255])
        case .mixed: return MaskMap(background: [0], object: [1, 255])
        case .trimap: return .trimap
        case .two(let low, let high): return MaskMap(background: [low], object: [high])
        case .smeared(let low, let high):
            let border = UInt8((Int(low) + Int(high)) / 2)
            return MaskMap(background: Array(0...border), object: Array((border + 1)...255))
        case .scaled, .numbers, .several:
            let all = values.values
            return all.count <= 16 ? MaskMap(background: [all[0]], object: Array(all.dropFirst())) : nil
        }
    }
}

extension TrainingTask {
    /// What a net for these masks would learn, where there is no net to ask.
    ///
    /// - Parameter classes: how many classes there are, if somebody named them.
    package static func guessed(_ values: MaskValues, _ reading: MaskReading, map: MaskMap?, classes: Int)
        -> TrainingTask
    {
        let all = values.values
        if classes > 0 {
            let left = all.filter { Int($0) >= classes }
            return .classes(ClassRange(count: classes, ignore: left.count == 1 ? Int(left[0]) : nil))
        }
        if let map {
            let numbers = (0..<255).filter { !map.values(of: UInt8($0)).isEmpty }
            guard let last = numbers.last, last > 1 || !map.values(of: ClassRange.void).isEmpty else { return .mask }
            return .classes(ClassRange(count: last + 1, ignore: map.values(of: ClassRange.void).first.map(Int.init)))
        }
        guard reading == .numbers, let last = all.last(where: { $0 != 255 }) else { return .mask }
        return .classes(ClassRange(count: Int(last) + 1, ignore: all.last == 255 ? 255 : nil))
    }
}
