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

    package init(data: DataSet, augmentation: EpochAugmentation? = nil) {
        self.data = data
        self.augmentation = augmentation
        let range = data.shape.task.classes
        fed = (0...UInt8.max).map { range?.fed($0) ?? Float($0) }
    }

    /// The batch of the given samples.
    /// - Throws: `TrainerError` when a file is no longer what it was.
    func batch(_ samples: [Int]) throws -> Batch { Batch(try samples.map { try item($0) }) }

    /// One sample, made by the thread of that lane.
    /// - Throws: as `batch`.
    package func item(
        _ index: Int, _ spans: SpanRecorder? = nil, _ lane: ProfileSpan.Lane = .loop
    ) throws -> BatchItem {
        let sample = try spans.measure(.decode, lane: lane, number: index) { try data.sample(index) }
        return spans.measure(.augment, lane: lane, number: index) {
            let augmentation = augmentation?.augmentation(
                of: index, height: data.shape.height, width: data.shape.width, mean: { data.shape.mean(of: sample) })
            return item(sample, augmentation ?? Augmentation())
        }
    }

    /// A sample after an augmentation.
    func item(_ sample: Sample, _ augmentation: Augmentation) -> BatchItem {
        let shape = data.shape
        let picture = Self.floats(count: sample.picture.count) { out in
            draw(sample.picture, augmentation.space, out)
            let area = shape.height * shape.width
            if !augmentation.color.isIdentity { augmentation.color.change(out, channels: shape.channels, area: area) }
            augmentation.noise?.add(to: out, count: shape.channels * area)
        }
        guard shape.task.needsMasks else { return BatchItem(picture: picture, target: nil, sample: sample) }
        let target = Self.floats(count: sample.mask.count) { mask(sample.mask, augmentation.space, $0) }
        return BatchItem(picture: picture, target: target, sample: sample)
    }

    private func draw(_ picture: PicturePlanes, _ space: SpatialMap, _ out: UnsafeMutablePointer<Float>) {
        let shape = data.shape
        if space.isIdentity {
            picture.writeUnits(to: out)
        } else if space.isFlip {
            picture.writeMirrored(rowLength: shape.width, to: out)
        } else {
            Resampling(map: space, pictureHeight: shape.height, pictureWidth: shape.width)
                .picture(picture, channels: shape.channels, into: out)
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
            Resampling(map: space, pictureHeight: shape.height, pictureWidth: shape.width)
                .mask(bytes, height: shape.maskHeight, width: shape.maskWidth, fed: fed, into: out)
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
    /// The means of a picture's red, green and blue, 0 ... 1, three times the same for gray.
    func mean(of sample: Sample) -> SIMD3<Double> {
        let area = height * width
        let means = (0..<channels).map { channel in
            let sum = sample.picture.sum(channel * area..<(channel + 1) * area)
            return Double(sum) / Double((sample.picture.span.high - sample.picture.span.low) * area)
        }
        return SIMD3(means[0], means[means.count / 2], means[means.count - 1])
    }
}
