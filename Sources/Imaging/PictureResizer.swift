/// A number that rows hold, and its sums.
protocol ResizedSample: Numeric & Comparable & Sendable {
    associatedtype Sum: Numeric & Sendable
    /// How much a sample counts.
    associatedtype Weight: Numeric & Sendable
    /// Where a sum begins.
    static var start: Sum { get }
    static func weight(_ window: TriangleFilter.Window, _ sample: Int) -> Weight
    static func resample(
        _ row: UnsafePointer<Self>, channels: Int, _ filter: RowFilter<Weight>, into out: UnsafeMutablePointer<Self>)
    /// Adds a row's samples, each times `weight`.
    static func add(_ row: UnsafePointer<Self>, count: Int, weight: Weight, to sums: UnsafeMutablePointer<Sum>)
    static func round(_ sums: UnsafePointer<Sum>, count: Int, into out: UnsafeMutablePointer<Self>)
    /// From red, green and blue side by side; `luma` may be where `rgb` is.
    static func makeLuma(_ rgb: UnsafePointer<Self>, _ luma: UnsafeMutablePointer<Self>, count: Int)
}

extension UInt8: ResizedSample {
    static var start: Int32 { TriangleFilter.half }
    static func weight(_ window: TriangleFilter.Window, _ sample: Int) -> Int32 { window.weight(sample) }

    static func resample(
        _ row: UnsafePointer<UInt8>, channels: Int, _ filter: RowFilter<Int32>, into out: UnsafeMutablePointer<UInt8>
    ) {
        switch channels {
        case 1: filter.resampleGray(row, into: out)
        case 3: filter.resampleRGB(row, into: out)
        default: filter.resample(row, channels: channels, into: out)
        }
    }

    static func add(_ row: UnsafePointer<UInt8>, count: Int, weight: Int32, to sums: UnsafeMutablePointer<Int32>) {
        for i in 0..<count { sums[i] &+= Int32(row[i]) &* weight }
    }

    static func round(_ sums: UnsafePointer<Int32>, count: Int, into out: UnsafeMutablePointer<UInt8>) {
        for i in 0..<count { out[i] = RowFilter.clip(sums[i]) }
    }
}

extension UInt16: ResizedSample {
    static var start: Int64 { Int64(TriangleFilter.half) }
    static func weight(_ window: TriangleFilter.Window, _ sample: Int) -> Int32 { window.weight(sample) }

    static func resample(
        _ row: UnsafePointer<UInt16>, channels: Int, _ filter: RowFilter<Int32>, into out: UnsafeMutablePointer<UInt16>
    ) {
        filter.resample(row, channels: channels, into: out)
    }

    static func add(_ row: UnsafePointer<UInt16>, count: Int, weight: Int32, to sums: UnsafeMutablePointer<Int64>) {
        for i in 0..<count { sums[i] &+= Int64(row[i]) &* Int64(weight) }
    }

    static func round(_ sums: UnsafePointer<Int64>, count: Int, into out: UnsafeMutablePointer<UInt16>) {
        for i in 0..<count { out[i] = UInt16(clamping: sums[i] >> Int64(TriangleFilter.precisionBits)) }
    }
}

extension Float: ResizedSample {
    static var start: Double { 0 }
    static func weight(_ window: TriangleFilter.Window, _ sample: Int) -> Double { window.share(sample) }

    static func resample(
        _ row: UnsafePointer<Float>, channels: Int, _ filter: RowFilter<Double>, into out: UnsafeMutablePointer<Float>
    ) {
        filter.resample(row, channels: channels, into: out)
    }

    static func add(_ row: UnsafePointer<Float>, count: Int, weight: Double, to sums: UnsafeMutablePointer<Double>) {
        for i in 0..<count { sums[i] += Double(row[i]) * weight }
    }

    static func round(_ sums: UnsafePointer<Double>, count: Int, into out: UnsafeMutablePointer<Float>) {
        for i in 0..<count { out[i] = Float(sums[i]) }
    }
}

/// Which sizes a resizing goes between, and how the picture is turned on the way.
struct ResizePlan: Hashable {
    /// Of the picture as stored.
    var width: Int
    var height: Int
    var turn: PictureOrientation
    /// Of the result, as seen. All sizes are positive.
    var newWidth: Int
    var newHeight: Int

    /// Of the result before it is turned.
    var storedWidth: Int { turn.swapsSides ? newHeight : newWidth }
    var storedHeight: Int { turn.swapsSides ? newWidth : newHeight }

    /// Whether the first pass goes along the columns of the picture as stored.
    ///
    /// Samples are rounded between the passes, so their order shows. Pillow 13 starts with the vertical one, as seen, if
    /// that removes many rows; older ones always start with the horizontal one, within 1/255 of this.
    var startsWithColumns: Bool {
        let (seenWidth, seenHeight) = turn.swapsSides ? (height, width) : (width, height)
        let isVerticalFirst = newHeight < seenHeight && seenHeight - newHeight > 2 * (seenWidth - newWidth)
        return isVerticalFirst != turn.swapsSides
    }

    /// What a resizer takes, with its result.
    func bytes(channels: Int, sampleBytes: Int) -> Int {
        let row = channels * (startsWithColumns ? width : storedWidth)
        // Rows under way: more than two where a picture grows.
        let open = 3 + 2 * (storedHeight / max(1, height))
        return row * open * 4 * sampleBytes + 2 * channels * newWidth * newHeight * sampleBytes + 16 * width
    }
}

/// Brings a picture to another size while its stored rows come, one after the other: the bits of the picture turned as a
/// whole and then resized by Pillow's `resize((width, height), Image.BILINEAR)`.
///
/// Holds the result and the sums of the few rows of it that are under way.
final class PictureResizer<Sample: ResizedSample> {
    private let plan: ResizePlan
    private let channels: Int
    /// nil where the size stays.
    private let columns: RowFilter<Sample.Weight>?
    private let rows: TriangleFilter?
    /// Samples of a row while rows are summed up.
    private let summedCount: Int
    private var result: [Sample]
    /// Stored rows of the result that are done.
    private var done = 0
    private var arrived = 0
    /// Rows of the result under way, from number `done` on.
    private var open: [OpenRow] = []
    /// Of the row behind those.
    private var next: TriangleFilter.Window?
    /// Buffers of rows that are done.
    private var spare: [UnsafeMutablePointer<Sample.Sum>] = []
    /// A row after the first pass, or after the sum.
    private let between: UnsafeMutablePointer<Sample>

    private struct OpenRow {
        var window: TriangleFilter.Window
        var sums: UnsafeMutablePointer<Sample.Sum>
    }

    init(_ plan: ResizePlan, channels: Int) {
        self.plan = plan
        self.channels = channels
        columns =
            plan.storedWidth == plan.width
            ? nil
            : RowFilter(
                TriangleFilter(from: plan.width, to: plan.storedWidth, isReversed: plan.turn.reversesColumns),
                weight: Sample.weight)
        rows =
            plan.storedHeight == plan.height
            ? nil : TriangleFilter(from: plan.height, to: plan.storedHeight, isReversed: plan.turn.reversesRows)
        summedCount = channels * (plan.startsWithColumns ? plan.width : plan.storedWidth)
        result = [Sample](repeating: 0, count: channels * plan.newWidth * plan.newHeight)
        between = .allocate(capacity: max(1, channels * max(plan.width, plan.storedWidth)))
        next = rows?.window(0)
    }

    deinit {
        open.forEach { $0.sums.deallocate() }
        spare.forEach { $0.deallocate() }
        between.deallocate()
    }

    /// Takes the next stored row.
    func push(_ row: UnsafePointer<Sample>) {
        defer { arrived += 1 }
        guard let rows else { return finishRow(row, isSummed: false) }
        var row = row
        if !plan.startsWithColumns, let columns {
            Sample.resample(row, channels: channels, columns, into: between)
            row = UnsafePointer(between)
        }
        while let window = next, window.range.lowerBound <= arrived {
            open.append(OpenRow(window: window, sums: newSums()))
            let place = done + open.count
            next = place < rows.count ? rows.window(place) : nil
        }
        var finished = 0
        for place in open {
            if place.window.range.contains(arrived) {
                Sample.add(row, count: summedCount, weight: Sample.weight(place.window, arrived), to: place.sums)
            }
            if place.window.range.upperBound <= arrived + 1 { finished += 1 }
        }
        for _ in 0..<finished {
            let sums = open.removeFirst().sums
            Sample.round(sums, count: summedCount, into: between)
            spare.append(sums)
            finishRow(UnsafePointer(between), isSummed: true)
        }
    }

    private func newSums() -> UnsafeMutablePointer<Sample.Sum> {
        let sums = spare.popLast() ?? .allocate(capacity: max(1, summedCount))
        sums.update(repeating: Sample.start, count: summedCount)
        return sums
    }

    /// A row of the result, along which it may still have the picture's width.
    private func finishRow(_ row: UnsafePointer<Sample>, isSummed: Bool) {
        let length = channels * plan.storedWidth
        result.withUnsafeMutableBufferPointer { result in
            guard let base = result.baseAddress else { return }
            let out = base + done * length
            if let columns, plan.startsWithColumns || !isSummed {
                Sample.resample(row, channels: channels, columns, into: out)
            } else {
                out.update(from: row, count: length)
            }
        }
        done += 1
    }

    /// The result as seen, row by row, channels side by side; to be called once all rows have come.
    func finish() -> [Sample] {
        plan.turn.turned(result, width: plan.storedWidth, height: plan.storedHeight, channels: channels)
    }
}

/// For each of `to` positions, the one of `from` it copies. Positions are summed up step by step, as Pillow does, so
/// that rounding agrees.
func nearestSources(from: Int, to: Int, isReversed: Bool = false) -> [Int] {
    let scale = Double(from) / Double(to)
    var position = scale * 0.5
    let sources = (0..<to).map { _ in
        defer { position += scale }
        return min(Int(position), from - 1)
    }
    return isReversed ? sources.reversed().map { from - 1 - $0 } : sources
}
