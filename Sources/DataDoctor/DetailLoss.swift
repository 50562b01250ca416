import Base
import DataSets
import Imaging
import Tasks
import TrainerSupport

/// What pictures lose when they are brought to the net's size, by the masks of a few of them: how thin things become, and what
/// a net would reach at the pictures' own size that were never wrong at its own.
struct DetailLoss {
    /// How thin the thinnest class is, in pixels of the pictures, and of what the net sees; nil without a pixel of any.
    private(set) var thinnest: (label: String, own: Double, seen: Double)?
    /// By the task's measures.
    private(set) var reached: [Double?]
    /// Of all pictures.
    private(set) var sizes: PictureSizes
    /// How many windows of the net's size the median picture has room for.
    private(set) var windows: Int

    /// Masks that are looked at, and their pixels together.
    private static let most = (masks: 12, pixels: 1 << 25)

    /// - Parameters:
    ///   - names: of classes.
    ///   - pairs: the files of the samples, in their order.
    /// - Returns: nil where pictures are not made smaller, and where no mask can be read.
    init?(_ data: DataSet, _ names: ClassNames, pairs: [SurveyedPair]) {
        let shape = data.shape
        guard data.patches == nil, shape.task.needsMasks, let reader = data.reader, pairs.count == data.samples.count,
            pairs.contains(where: { $0.facts.size.width > shape.width || $0.facts.size.height > shape.height })
        else { return nil }
        sizes = PictureSizes(pairs.map(\.facts.size))
        let areas = pairs.map { $0.facts.size.width * $0.facts.size.height }.sorted()
        windows = areas[areas.count / 2] / (shape.width * shape.height)
        let count = min(Self.most.masks, pairs.count)
        var sums = MeasureSums(shape.task)
        // Of labels none is background.
        var thickness = Thickness(shape.task.labels.map { $0.count + 1 } ?? shape.task.classes?.count ?? 2)
        var pixels = 0
        var looked = 0
        for place in (0..<count).map({ $0 * pairs.count / count }) {
            let size = pairs[place].facts.size
            let work = size.width * (shape.task.partCount ?? 1)
            let band = Self.band(size.height, shape.maskHeight, most: max(1, Self.most.pixels / work))
            pixels += band.own.count * work
            guard looked == 0 || pixels <= Self.most.pixels,
                let mask = try? reader.mask(of: data.samples[place], at: size)
            else { continue }
            looked += 1
            let rows = band.own.map(mask.row)
            let seen = PictureSize(width: shape.maskWidth, height: band.seen)
            if let range = shape.task.labels {
                for number in 0..<range.count {
                    thickness.add(
                        rows.map { $0.map { LabelRange.has($0, number) ? UInt8(number + 1) : 0 } }, seenAt: seen)
                }
            } else {
                thickness.add(rows, seenAt: seen)
            }
            Self.add(rows, PictureSize(width: size.width, height: rows.count), shape.task, seen, to: &sums)
        }
        guard looked > 0 else { return nil }
        reached = sums.values
        thinnest = thickness.thinnest.map { number, own, seen in
            switch shape.task {
            case .labels: ("label \(names.label(number - 1))", own, seen)
            case .classes: ("class \(names.label(number))", own, seen)
            case .mask, .reconstruction: ("an object", own, seen)
            }
        }
    }

    /// The middle rows of a picture that there is time for, and how many rows the net sees of them.
    private static func band(_ height: Int, _ seen: Int, most: Int) -> (own: Range<Int>, seen: Int) {
        guard height > most else { return (0..<height, seen) }
        let count = max(1, seen * most / height)
        let start = (seen - count) / 2
        return (start * height / seen..<max(start * height / seen + 1, (start + count) * height / seen), count)
    }

    /// What `predict` would write if the net were right about every pixel of its own size.
    private static func add(
        _ rows: [[UInt8]], _ size: PictureSize, _ task: TrainingTask, _ seen: PictureSize, to sums: inout MeasureSums
    ) {
        let classes = task.partCount ?? 1
        let resampler = RowResampler(channels: classes, from: seen, to: size)
        var values = [Float](repeating: 0, count: classes * seen.width)
        var next = 0
        func isThere(_ byte: Int, _ number: Int) -> Bool {
            if task.labels != nil { return LabelRange.has(UInt8(byte), number) }
            return classes == 1 ? byte != 0 : byte == number
        }
        for y in 0..<seen.height {
            let source = rows[Self.nearest(y, seen.height, size.height)]
            for x in 0..<seen.width {
                let byte = Int(source[Self.nearest(x, seen.width, size.width)])
                for number in 0..<classes {
                    values[number * seen.width + x] = isThere(byte, number) ? 1 : 0
                }
            }
            values.withUnsafeBufferPointer { row in
                resampler.push(row) { found in
                    let labels =
                        task.labels?.bytes(found) { $0 >= 0.5 }
                        ?? (classes == 1
                            ? found.map { $0 >= 0.5 ? 1 : 0 } : ClassMap.largest(Array(found), classes: classes))
                    sums.add(labels: labels, mask: rows[next])
                    next += 1
                }
            }
        }
    }

    /// The place that is copied to another grid.
    private static func nearest(_ place: Int, _ count: Int, _ own: Int) -> Int { (2 * place + 1) * own / (2 * count) }
}

/// How thick the things of each class are: a ribbon of width w and length l has the area w l and an outline of 2 l.
private struct Thickness {
    private var areas: [Int]
    /// Sides of pixels at which a class ends, across and along the rows.
    private var sides: [(columns: Int, rows: Int)]
    /// Sums over pictures of how much the net sees of an own pixel, weighed by the class's pixels.
    private var scales: [Double]

    init(_ classes: Int) {
        areas = Array(repeating: 0, count: classes)
        sides = Array(repeating: (0, 0), count: classes)
        scales = Array(repeating: 0, count: classes)
    }

    mutating func add(_ rows: [[UInt8]], seenAt seen: PictureSize) {
        guard let width = rows.first?.count, width > 0 else { return }
        let scale = (Double(seen.width) / Double(width) + Double(seen.height) / Double(rows.count)) / 2
        for (y, row) in rows.enumerated() {
            for (x, byte) in row.enumerated() where Int(byte) < areas.count {
                let number = Int(byte)
                areas[number] += 1
                scales[number] += scale
                if x > 0, row[x - 1] != byte { sides[number].columns += 1 }
                if x + 1 < width, row[x + 1] != byte { sides[number].columns += 1 }
                if y > 0, rows[y - 1][x] != byte { sides[number].rows += 1 }
                if y + 1 < rows.count, rows[y + 1][x] != byte { sides[number].rows += 1 }
            }
        }
    }

    /// The thinnest class but background, in own pixels, and in those that the net sees.
    var thinnest: (number: Int, own: Double, seen: Double)? {
        (areas.count > 1 ? Array(1..<areas.count) : []).compactMap { number -> (Int, Double, Double)? in
            let (columns, rows) = sides[number]
            guard areas[number] > 0, columns + rows > 0 else { return nil }
            // A slanted line of length l has outlines of both directions, which together are longer than l.
            let outline = (Double(columns * columns + rows * rows)).squareRoot()
            let own = 2 * Double(areas[number]) / outline
            return (number, own, own * scales[number] / Double(areas[number]))
        }.min { $0.2 < $1.2 }
    }
}

extension DataSet {
    /// Things that are lost when pictures are brought to the net's size.
    func lostDetail(_ names: ClassNames, pairs: [SurveyedPair]) -> [Finding] {
        guard let loss = DetailLoss(self, names, pairs: pairs), let measure = shape.task.measures.first,
            let reached = loss.reached.first ?? nil, reached < Self.satisfying.note
        else { return [] }
        let thin = loss.thinnest.map {
            "\($0.label), \(Text.fixed($0.own, 1)) pixels wide, becomes \(Text.fixed($0.seen, 1)); "
        }
        let net = PictureSize(width: shape.width, height: shape.height)
        let pieces = min(max(loss.windows, 4), 64)
        return [
            Finding(
                reached < Self.satisfying.warning ? .warning : .note, .lostDetail,
                "pictures of \(loss.sizes.text) are shown to the net at \(net.text): \(thin ?? "")a perfect net would reach "
                    + "\(measure.text(reached)) at their own size",
                advice: "--patches \(pieces) trains on pieces at the pictures' own scale")
        ]
    }

    /// What a perfect net has to reach for nothing to be said, or no more than a note.
    private static let satisfying = (note: 0.95, warning: 0.9)
}
