import Imaging
import Tasks
import TrainerSupport

/// Turns the bytes of samples into floats, augmented or as they are.
package struct BatchMaker: Sendable {
    let data: DataSet
    /// nil for pictures as they are.
    let augmentation: EpochAugmentation?
    /// What the net is fed for each byte of a mask.
    private let fed: [Float]
    /// Whether pictures are scaled as the net is fed them; else they are as people are shown them, 0 ... 1.
    private let feeds: Bool
    /// Pieces of pictures that are not in memory.
    private let pool = PiecePool()

    package init(data: DataSet, augmentation: EpochAugmentation? = nil, feeds: Bool = true) {
        self.data = data
        self.feeds = feeds
        self.augmentation = augmentation
        let range = data.shape.task.classes
        fed = (0...UInt8.max).map { range?.fed($0) ?? Float($0) }
    }

    /// The batch of the given samples, as `item` counts them.
    /// - Throws: `TrainerError` when a file is no longer what it was.
    func batch(_ samples: [Int]) throws -> Batch { Batch(try samples.map { try item($0) }) }

    /// One sample, made by the thread of that lane.
    /// - Parameter number: as `DataSet.order` counts them.
    /// - Throws: as `batch`.
    package func item(
        _ number: Int, _ spans: SpanRecorder? = nil, _ lane: ProfileSpan.Lane = .loop
    ) throws -> BatchItem {
        guard let patches = data.patches else {
            let sample = try spans.measure(.decode, lane: lane, number: number) { try data.sample(number) }
            return spans.measure(.augment, lane: lane, number: number) { item(sample, number) }
        }
        let each = augmentation == nil ? PatchSettings.testedPerPicture : patches.perPicture
        let cut = PieceCut(data: data, augmentation: augmentation, index: number / each, count: each)
        let piece = try spans.measure(.decode, lane: lane, number: number) { try cut.piece(number % each, pool) }
        return spans.measure(.augment, lane: lane, number: number) { item(piece, cut, number) }
    }

    private func item(_ sample: Sample, _ number: Int) -> BatchItem {
        guard let augmentation else { return item(sample, Augmentation()) }
        let space = augmentation.space(
            of: number, size: PictureSize(width: data.shape.width, height: data.shape.height))
        return item(
            sample, augmentation.augmentation(of: number, space: space, mean: { data.shape.mean(of: sample.picture) }))
    }

    /// A piece of a picture: as it is, or after an augmentation.
    private func item(_ piece: PicturePiece, _ cut: PieceCut, _ number: Int) -> BatchItem {
        let window = cut.window(number % cut.count)
        guard let augmentation else { return item(piece.sample(at: window.origin, data.shape), Augmentation()) }
        let made = augmentation.augmentation(
            of: number, space: window.resampling.map, mean: { data.shape.mean(of: piece.picture) })
        let shape = data.shape
        let picture = Self.floats(count: shape.channels * shape.height * shape.width) { out in
            window.resampling.picture(piece.picture, of: piece.rect, channels: shape.channels, into: out)
            color(out, made)
            feed(out, piece.picture)
        }
        let sample = Sample(name: piece.name, file: piece.file, picture: PicturePlanes.none, mask: [])
        guard shape.task.needsMasks else { return BatchItem(picture: picture, target: nil, sample: sample) }
        let drawn = PictureSize(width: shape.maskWidth, height: shape.maskHeight)
        let target = target(area: drawn.width * drawn.height) {
            window.resampling.mask(piece.mask, of: piece.rect, whole: piece.whole, as: drawn, fed: fed, into: $0)
        }
        return BatchItem(picture: picture, target: target, sample: sample)
    }

    /// A sample after an augmentation.
    func item(_ sample: Sample, _ augmentation: Augmentation) -> BatchItem {
        let shape = data.shape
        let picture = Self.floats(count: sample.picture.count) { out in
            draw(sample.picture, augmentation.space, out)
            color(out, augmentation)
            feed(out, sample.picture)
        }
        guard shape.task.needsMasks else { return BatchItem(picture: picture, target: nil, sample: sample) }
        let target = target(area: sample.mask.count) { mask(sample.mask, augmentation.space, $0) }
        return BatchItem(picture: picture, target: target, sample: sample)
    }

    /// The numbers of a mask, which `fill` writes; of labels that may overlap these are bytes, of which each label gets its bit,
    /// `[labels, area]`.
    private func target(area: Int, _ fill: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
        let count = data.shape.task.labels?.count ?? 1
        return Self.floats(count: count * area) { out in
            fill(out)
            guard data.shape.task.labels != nil else { return }
            for place in 0..<area {
                let byte = UInt8(out[place])
                for number in 0..<count { out[number * area + place] = LabelRange.has(byte, number) ? 1 : 0 }
            }
        }
    }

    private func color(_ out: UnsafeMutablePointer<Float>, _ augmentation: Augmentation) {
        let area = data.shape.height * data.shape.width
        if !augmentation.color.isIdentity {
            augmentation.color.change(out, channels: data.shape.channels, area: area)
        }
        augmentation.noise?.add(to: out, count: data.shape.channels * area)
    }

    private func feed(_ out: UnsafeMutablePointer<Float>, _ picture: PicturePlanes) {
        if feeds { picture.scales.apply(to: out, area: data.shape.height * data.shape.width) }
    }

    private func draw(_ picture: PicturePlanes, _ space: SpatialMap, _ out: UnsafeMutablePointer<Float>) {
        let shape = data.shape
        if space.isIdentity {
            picture.writeUnits(to: out)
        } else if space.isFlip {
            picture.writeMirrored(rowLength: shape.width, to: out)
        } else {
            let size = PictureSize(width: shape.width, height: shape.height)
            Resampling(map: space, picture: size)
                .picture(picture, of: PictureRect(size), channels: shape.channels, into: out)
        }
    }

    private func mask(_ bytes: [UInt8], _ space: SpatialMap, _ out: UnsafeMutablePointer<Float>) {
        let shape = data.shape
        if space.isIdentity {
            for (place, byte) in bytes.enumerated() { out[place] = fed[Int(byte)] }
        } else if space.isFlip {
            for row in stride(from: 0, to: bytes.count, by: shape.maskWidth) {
                for x in 0..<shape.maskWidth { out[row + x] = fed[Int(bytes[row + shape.maskWidth - 1 - x])] }
            }
        } else {
            let size = PictureSize(width: shape.maskWidth, height: shape.maskHeight)
            Resampling(map: space, picture: PictureSize(width: shape.width, height: shape.height))
                .mask(bytes, of: PictureRect(size), whole: size, as: size, fed: fed, into: out)
        }
    }

    /// `count` numbers, which `fill` writes, every one of them.
    private static func floats(count: Int, _ fill: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let base = buffer.baseAddress, count > 0 { fill(base) }
            initialized = count
        }
    }
}

extension SampleShape {
    /// The means of a picture's red, green and blue, 0 ... 1; three times the same, that of all channels, where these are no
    /// three.
    func mean(of picture: PicturePlanes) -> SIMD3<Double> {
        let area = picture.count / channels
        let means = (0..<channels).map { channel in
            let sum = picture.sum(channel * area..<(channel + 1) * area)
            return sum / ((picture.span.high - picture.span.low) * Double(area))
        }
        guard channels != 3 else { return SIMD3(means[0], means[1], means[2]) }
        return SIMD3(repeating: means.reduce(0, +) / Double(channels))
    }
}
