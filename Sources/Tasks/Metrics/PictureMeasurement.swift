/// Measures one picture, at its own size: takes the predicted labels row by row.
///
/// Held are a byte a pixel of a mask, and two of a class map or of labels; `finish` takes a third one for one class or label at a
/// time, as large as the box around it, and what its edges take. Time goes with pixels times classes that occur, whatever the
/// regions look like.
package struct PictureMeasurement {
    private let task: TrainingTask
    private let size: PictureSize
    /// Of a mask both regions, else the true classes or labels, with `labels` the predicted ones at the same places.
    private var map: RegionMap
    private var labels: [UInt8] = []
    private var row = 0

    /// - Parameters:
    ///   - task: masks, class maps or labels.
    ///   - truth: a row of the true labels: of masks object is what is not 0, of class maps `ClassRange.void` is ignored.
    package init(_ task: TrainingTask, size: PictureSize, truth: (Int) -> [UInt8]) {
        self.task = task
        self.size = size
        map = RegionMap(width: size.width, height: size.height)
        for y in 0..<size.height {
            let row = truth(y)
            for (x, label) in row.enumerated() {
                map.bits[map.place(x, y)] = task == .mask ? (label != 0 ? RegionMap.truth : 0) : label
            }
        }
        if task != .mask { labels = [UInt8](repeating: nothing, count: map.bits.count) }
    }

    /// What a pixel holds that is of no class, and of which nothing is said.
    private var nothing: UInt8 { task.classes == nil ? 0 : ClassRange.void }

    /// Takes the labels of the next row.
    package mutating func add(_ predicted: [UInt8]) {
        let start = map.place(0, row)
        row += 1
        if task == .mask {
            for (x, label) in predicted.enumerated() where label != 0 { map.bits[start + x] |= RegionMap.predicted }
        } else {
            for (x, label) in predicted.enumerated()
            where task.labels != nil || map.bits[start + x] != ClassRange.void {
                labels[start + x] = label
            }
        }
    }

    /// The true labels of a row: 0 and 1 of a mask.
    package func truth(row: Int) -> [UInt8] {
        let places = map.row(row)
        return task == .mask ? map.bits[places].map { $0 & RegionMap.truth != 0 ? 1 : 0 } : Array(map.bits[places])
    }

    /// What is right and what is wrong in a row that has been taken.
    package func outcomes(row: Int) -> [Outcome] {
        let places = map.row(row)
        if task == .mask {
            return places.map { Outcome(rawValue: map.bits[$0]) ?? .nothing }
        }
        if task.labels != nil {
            return places.map { place in
                let (truth, label) = (map.bits[place], labels[place])
                if truth == label { return truth == 0 ? .nothing : .hit }
                return truth & ~label == 0 ? .falseAlarm : .miss
            }
        }
        return places.map { place in
            if map.bits[place] == ClassRange.void { return .nothing }
            return map.bits[place] == labels[place] ? .hit : .miss
        }
    }

    /// What became of a pixel; of class maps one of the wrong class is a miss, of labels one of which any was missed.
    package enum Outcome: UInt8, Sendable {
        case nothing = 0
        case falseAlarm = 1
        case miss = 2
        case hit = 3
    }

    /// Measures the picture, once all rows have come. Class maps can tell outcomes afterwards as well.
    package mutating func finish(name: String, tolerance: BoundaryTolerance) -> PictureScores {
        guard let count = task.partCount else {
            let scores = RegionScores(measuring: &map, in: size, tolerance: tolerance)
            for place in map.bits.indices { map.bits[place] &= 3 }
            return PictureScores(name: name, size: size, regions: [scores])
        }
        let regions = boxes(count).enumerated().map { number, box in
            box.map { box in
                var region = self.region(of: UInt8(number), in: box)
                return RegionScores(measuring: &region, in: size, tolerance: tolerance)
            }
        }
        return PictureScores(name: name, size: size, regions: regions)
    }

    private struct Box {
        var columns: ClosedRange<Int>
        var rows: ClosedRange<Int>
    }

    /// The box around each class, where it is and where it was found; nil for what is nowhere.
    private func boxes(_ count: Int) -> [Box?] {
        var boxes = [Box?](repeating: nil, count: count)
        for y in 0..<size.height {
            // In a row labels come in runs.
            var (seen, alsoSeen) = (nothing, nothing)
            for x in 0..<size.width {
                let (truth, label) = (map.bits[map.place(x, y)], labels[map.place(x, y)])
                guard truth != seen || label != alsoSeen || x == size.width - 1 else { continue }
                // The run that ends here, and the one that begins.
                for byte in [seen, alsoSeen] where x > 0 { extend(&boxes, byte, x - 1, y) }
                for byte in [truth, label] { extend(&boxes, byte, x, y) }
                (seen, alsoSeen) = (truth, label)
            }
        }
        return boxes
    }

    private func extend(_ boxes: inout [Box?], _ byte: UInt8, _ x: Int, _ y: Int) {
        guard task.labels != nil else { return Self.extend(&boxes, byte, x, y) }
        for number in LabelRange.numbers(of: byte) { Self.extend(&boxes, UInt8(number), x, y) }
    }

    private static func extend(_ boxes: inout [Box?], _ number: UInt8, _ x: Int, _ y: Int) {
        guard Int(number) < boxes.count else { return }
        guard let box = boxes[Int(number)] else {
            boxes[Int(number)] = Box(columns: x...x, rows: y...y)
            return
        }
        boxes[Int(number)] = Box(
            columns: min(box.columns.lowerBound, x)...max(box.columns.upperBound, x),
            rows: box.rows.lowerBound...y)
    }

    private func region(of number: UInt8, in box: Box) -> RegionMap {
        // Of labels any byte with that bit, of classes the number itself.
        let (bits, value) =
            task.labels == nil ? (UInt8.max, number) : (LabelRange.bit(Int(number)), LabelRange.bit(Int(number)))
        var region = RegionMap(width: box.columns.count, height: box.rows.count)
        for y in box.rows {
            for x in box.columns {
                let from = map.place(x, y)
                region.bits[region.place(x - box.columns.lowerBound, y - box.rows.lowerBound)] =
                    (labels[from] & bits == value ? RegionMap.predicted : 0)
                    | (map.bits[from] & bits == value ? RegionMap.truth : 0)
            }
        }
        return region
    }
}
