import PictureCode
import Testing

/// Pictures and maps brought to another size while their rows come, against the same of the whole.
@Suite struct ResizerTests {
    private static let sizes = [
        (1, 1, 1, 1), (1, 1, 5, 4), (1, 40, 7, 7), (40, 1, 7, 7), (21, 21, 128, 128), (13, 9, 13, 4), (13, 9, 5, 9),
        (200, 150, 64, 64), (150, 200, 64, 64), (64, 300, 60, 31), (3000, 7, 128, 5), (7, 1500, 5, 64),
        (31, 17, 32, 18),
        (97, 101, 1, 1), (2, 3, 300, 2), (65, 65, 64, 64),
    ]

    private func resized<Sample: Number>(_ picture: PlainPicture<Sample>, width: Int, height: Int) -> [Sample] {
        var resize = unetc_resize(
            width: picture.width, height: picture.height, new_width: width, new_height: height, swaps_sides: 0,
            reverses_columns: 0, reverses_rows: 0, channels: picture.channels, depth: Sample.depth)
        let memory = Memory(unetc_resizer_bytes(&resize))
        var resizer = unetc_resizer()
        unetc_resizer_init(&resizer, &resize, memory.start)
        let row = picture.channels * picture.width
        var result: [Sample] = []
        picture.numbers.withUnsafeBufferPointer { numbers in
            for y in 0..<picture.height {
                unetc_resizer_push(&resizer, numbers.baseAddress.map { $0 + y * row })
                var out = [Sample](repeating: picture.numbers[0], count: picture.channels * width)
                while unetc_resizer_next(&resizer, &out) != 0 { result += out }
            }
        }
        return result
    }

    private func check<Sample: Number>(_ sample: Sample.Type, channels: Int) {
        var draw = Draw(channels)
        for (width, height, newWidth, newHeight) in Self.sizes {
            let picture = PlainPicture<Sample>(width: width, height: height, channels: channels, &draw)
            let expected = picture.resized(width: newWidth, height: newHeight).numbers
            let found = resized(picture, width: newWidth, height: newHeight)
            #expect(found == expected, "\(width)x\(height) to \(newWidth)x\(newHeight), \(channels) \(sample)")
        }
    }

    @Test(arguments: [1, 3, 4])
    func rowsGiveWhatTheWholePictureGives(channels: Int) {
        check(UInt8.self, channels: channels)
        check(UInt16.self, channels: channels)
        check(Float.self, channels: channels)
    }

    @Test func memoryGrowsWithRowsAlone() {
        func bytes(_ width: Int, _ height: Int) -> Int {
            var resize = unetc_resize(
                width: width, height: height, new_width: 128, new_height: 128, swaps_sides: 0, reverses_columns: 0,
                reverses_rows: 0, channels: 3, depth: UNETC_DEPTH_BYTES)
            return unetc_resizer_bytes(&resize)
        }
        #expect(bytes(3000, 1000) == bytes(3000, 5000) && bytes(3000, 5000) < 60 * 3000)
        #expect(bytes(1 << 62, 1) == -1, "too much is said to be")
    }

    /// A map by rows, and all of it at once.
    @Test func mapsAreResampledTheSameWayByRowsAndWhole() {
        var draw = Draw(7)
        for (width, height, newWidth, newHeight) in Self.sizes {
            let maps = PlainPicture<Float>(width: width, height: height, channels: 2, &draw).numbers
            var resample = unetc_resample(
                channels: 2, width: width, height: height, new_width: newWidth, new_height: newHeight)
            var (byRows, whole): ([Float], [Float]) = ([], [])
            var out = [Float](repeating: 0, count: 2 * newWidth)
            var resampler = unetc_resampler()
            let memory = Memory(unetc_resampler_bytes(&resample, 1))
            unetc_resampler_init(&resampler, &resample, 1, memory.start)
            for y in 0..<height {
                var row: [Float] = []
                for channel in 0..<2 {
                    let start = (channel * height + y) * width
                    row += maps[start..<start + width]
                }
                unetc_resampler_push(&resampler, row)
                while unetc_resampler_next(&resampler, &out) != 0 { byRows += out }
            }
            let less = Memory(unetc_resampler_bytes(&resample, 0))
            unetc_resampler_init(&resampler, &resample, 0, less.start)
            maps.withUnsafeBufferPointer {
                unetc_resampler_push_map(&resampler, $0.baseAddress, height, width)
                while unetc_resampler_next(&resampler, &out) != 0 { whole += out }
            }
            #expect(byRows == whole && whole.count == 2 * newWidth * newHeight)
            guard (width, height) == (newWidth, newHeight) else { continue }
            #expect(whole.sorted() == maps.sorted(), "the same size changes nothing")
        }
    }
}
