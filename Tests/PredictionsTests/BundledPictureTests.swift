import DataSets
import Imaging
import PictureCode
import Tasks
import Testing
import TrainerTestSupport

@testable import Predictions

/// What bundles do with pictures, against what `predict` does with files of them: the same bits.
@Suite struct BundledPictureTests {
    /// A kind of pixels, in memory and in a file.
    struct Kind: CustomTestStringConvertible, Sendable {
        var bands: Int
        var depth: SampleDepth
        var format: unetc_format
        var testDescription: String { "\(bands) x \(8 * depth.rawValue) bits" }
    }

    private static let kinds = [
        Kind(bands: 1, depth: .bytes, format: UNETC_FORMAT_GRAY8),
        Kind(bands: 3, depth: .bytes, format: UNETC_FORMAT_RGB8),
        Kind(bands: 1, depth: .words, format: UNETC_FORMAT_GRAY16),
        Kind(bands: 3, depth: .words, format: UNETC_FORMAT_RGB16),
        Kind(bands: 1, depth: .floats, format: UNETC_FORMAT_GRAYF32),
        Kind(bands: 3, depth: .floats, format: UNETC_FORMAT_RGBF32),
        Kind(bands: 5, depth: .bytes, format: UNETC_FORMAT_BANDS8),
        Kind(bands: 5, depth: .words, format: UNETC_FORMAT_BANDS16),
        Kind(bands: 5, depth: .floats, format: UNETC_FORMAT_BANDSF32),
    ]

    private static let scales = [
        ChannelScale(mean: 0.485, deviation: 0.229), ChannelScale(mean: 0.456, deviation: 0.224),
        ChannelScale(mean: 0.406, deviation: 0.225), ChannelScale(mean: 0.1, deviation: 3),
        ChannelScale(mean: -7.25, deviation: 0.001),
    ]

    private static let ranges = [
        PictureRange.full, .highBytes,
        .spans(
            bytes: NumberSpan(low: 3, high: 200), words: NumberSpan(low: 100, high: 4095),
            floats: NumberSpan(low: -0.5, high: 2.25)),
    ]

    /// What a bundle says of a net of that shape.
    private func net(
        _ shape: SampleShape, _ range: PictureRange, _ normalization: Normalization
    ) -> unetc_picture_net {
        var net = unetc_picture_net()
        (net.channels, net.height, net.width) = (Int32(shape.channels), Int32(shape.height), Int32(shape.width))
        (net.output_height, net.output_width) = (Int32(shape.outputHeight), Int32(shape.outputWidth))
        (net.mask_height, net.mask_width) = (Int32(shape.maskHeight), Int32(shape.maskWidth))
        net.output_channels = Int32(shape.task == .reconstruction ? shape.channels : shape.task.partCount ?? 1)
        net.task =
            switch shape.task {
            case .mask: UNETC_TASK_MASK
            case .classes: UNETC_TASK_CLASSES
            case .labels: UNETC_TASK_LABELS
            case .reconstruction: UNETC_TASK_RECONSTRUCTION
            }
        func span(_ depth: SampleDepth) -> unetc_span {
            unetc_span(low: range.span(depth).low, high: range.span(depth).high)
        }
        (net.bytes, net.words, net.floats) = (span(.bytes), span(.words), span(.floats))
        net.high_bytes = range.keepsDepth ? 0 : 1
        net.normalization =
            switch normalization {
            case .none: UNETC_NORMALIZE_NONE
            case .range: UNETC_NORMALIZE_RANGE
            case .scales: UNETC_NORMALIZE_SCALES
            case .perPicture: UNETC_NORMALIZE_PER_PICTURE
            }
        return net
    }

    /// A picture in memory, and a file of it.
    private func picture(_ kind: Kind, width: Int, height: Int) -> (pixels: [UInt8], file: [UInt8]) {
        var random = UInt64(width * 1009 + height)
        let numbers = (0..<width * height * kind.bands).map { _ in
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(random >> 33)
        }
        func bytes<Number>(_ numbers: [Number]) -> [UInt8] { numbers.withUnsafeBytes { Array($0) } }
        func png(_ samples: [UInt16]) -> [UInt8] {
            HandmadePNG(
                width: width, height: height, kind: kind.bands == 1 ? .gray : .rgb, bits: 8 * kind.depth.rawValue,
                samples: samples
            ).bytes
        }
        func tiff(_ samples: HandmadeTIFF.Samples) -> [UInt8] {
            HandmadeTIFF(width: width, height: height, bands: kind.bands, samples: samples).bytes
        }
        switch kind.depth {
        case .bytes:
            let samples = numbers.map { UInt8($0 % 256) }
            return (samples, kind.bands > 3 ? tiff(.bytes(samples)) : png(samples.map(UInt16.init)))
        case .words:
            let samples = numbers.map { UInt16($0 % 65536) }
            return (bytes(samples), kind.bands > 3 ? tiff(.words(samples)) : png(samples))
        case .floats:
            var samples = numbers.map { Float($0 % 100_000) / 33_333 - 1 }
            samples[0] = .nan
            return (bytes(samples), tiff(.floats(samples)))
        }
    }

    private func read(
        _ net: unetc_picture_net, _ pixels: [UInt8], _ kind: Kind, width: Int, height: Int
    ) -> (status: unetc_status, input: [Float]) {
        var input = [Float](repeating: .nan, count: Int(net.channels * net.height * net.width))
        let scales = Self.scales.map { unetc_scale(mean: $0.mean, deviation: $0.deviation) }
        let status = scales.withUnsafeBufferPointer { scales in
            var net = net
            net.scales = scales.baseAddress
            let scratch = UnsafeMutableRawPointer.allocate(
                byteCount: unetc_picture_bytes(&net, width, height, kind.format), alignment: 1)
            defer { scratch.deallocate() }
            return unetc_picture_read(
                &net, pixels, width, height, pixels.count / height, kind.format, scratch, &input)
        }
        return (status, input)
    }

    @Test(arguments: kinds)
    func bundlesFeedWhatPredictFeeds(_ kind: Kind) throws {
        let folder = try TestFolder()
        for (width, height) in [(1, 1), (1, 33), (50, 37), (400, 3), (24, 16), (23, 200)] {
            let (pixels, file) = picture(kind, width: width, height: height)
            let path = folder.file("\(width)x\(height)" + (file[0] == 137 ? ".png" : ".tif"))
            try folder.write(path.split(separator: "/").last.map(String.init) ?? "", file)
            for channels in kind.bands == 5 ? [5] : [1, 3] {
                let shape = SampleShape(channels: channels, height: 16, width: 24)
                let normalizations: [Normalization] = [
                    .range, .none, .scales(Array(Self.scales.prefix(channels))), .perPicture,
                ]
                for range in Self.ranges {
                    for normalization in normalizations {
                        var style = PredictionStyle(range: range)
                        style.normalization = normalization
                        style.decoding.keepsDepth = range.keepsDepth
                        let expected = try PredictionTools(shape: shape, style: style).decode(
                            PredictionJob(picture: path, results: [""])
                        ).get()
                        let found = read(
                            net(shape, range, normalization), pixels, kind, width: width, height: height)
                        #expect(found.status == UNETC_STATUS_OK)
                        #expect(expected.size == PictureSize(width: width, height: height))
                        #expect(found.input.count == expected.picture.count)
                        let isSame = zip(found.input, expected.picture).allSatisfy { $0.bitPattern == $1.bitPattern }
                        #expect(isSame, "\(width)x\(height), \(channels), \(range), \(normalization)")
                    }
                }
            }
        }
    }

    private static let shapes = [
        SampleShape(channels: 1, height: 16, width: 24),
        SampleShape(channels: 3, height: 20, width: 24, outputHeight: 15, outputWidth: 20),
        SampleShape(channels: 3, height: 16, width: 16, task: .classes(ClassRange(count: 11))),
        SampleShape(
            channels: 3, height: 32, width: 32, maskHeight: 16, maskWidth: 16, outputHeight: 11, outputWidth: 16,
            task: .classes(ClassRange(count: 3))),
        SampleShape(channels: 1, height: 16, width: 16, task: .labels(LabelRange(count: 5))),
        SampleShape(channels: 3, height: 9, width: 16, task: .reconstruction),
    ]

    @Test(arguments: shapes)
    func bundlesSayWhatPredictSays(_ shape: SampleShape) throws {
        var net = net(shape, .full, .range)
        let (channels, area) = (Int(net.output_channels), shape.outputHeight * shape.outputWidth)
        let output = (0..<channels * area).map { Float($0 &* 7919 % 2003 - 1001) / 250 }
        for (width, height) in [(1, 1), (24, 16), (100, 7), (5, 300), (640, 31)] {
            for threshold in [Float(0.5), 0.125] {
                let maps = PredictedMaps([output], flips: .none, shape: shape)
                var (rows, labels): ([[Float]], [UInt8]) = ([], [])
                maps.eachRow(of: PictureSize(width: width, height: height)) { row in
                    rows.append(Array(row))
                    labels += shape.task.labels(row, threshold: threshold)
                }
                var expected: [Float] = []
                for channel in 0..<channels {
                    for row in rows { expected += row[channel * width..<(channel + 1) * width] }
                }
                let scratch = UnsafeMutableRawPointer.allocate(
                    byteCount: unetc_picture_bytes(&net, width, height, UNETC_FORMAT_BANDS8), alignment: 1)
                defer { scratch.deallocate() }
                let bytes = shape.task == .reconstruction ? channels : 1
                var mask = [UInt8](repeating: 77, count: width * height * bytes)
                var values = [Float](repeating: .nan, count: channels * width * height)
                var changed = output
                let status = unetc_picture_write(
                    &net, &changed, width, height, scratch, threshold, &mask, width * bytes, &values)
                #expect(status == UNETC_STATUS_OK)
                #expect(values.count == expected.count)
                #expect(zip(values, expected).allSatisfy { $0.bitPattern == $1.bitPattern })
                switch shape.task {
                case .mask: #expect(mask == labels.map { $0 == 0 ? 0 : 255 })
                case .classes, .labels: #expect(mask == labels)
                case .reconstruction:
                    var shown: [UInt8] = []
                    for row in rows {
                        for x in 0..<width {
                            for channel in 0..<channels {
                                shown.append(UInt8((255 * row[channel * width + x]).rounded()))
                            }
                        }
                    }
                    #expect(mask == shown)
                }
            }
        }
    }
}
