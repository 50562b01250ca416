import PictureCode
import Testing

extension unetc_picture_net {
    /// A net of the usual range, with an output of the mask's size.
    init(channels: Int, height: Int, width: Int, task: unetc_task = UNETC_TASK_MASK, outputChannels: Int = 1) {
        self.init()
        (self.channels, self.height, self.width) = (Int32(channels), Int32(height), Int32(width))
        (output_height, output_width) = (self.height, self.width)
        (mask_height, mask_width, output_channels) = (self.height, self.width, Int32(outputChannels))
        self.task = task
        threshold = 0.5
        bytes = unetc_span(low: 0, high: 255)
        words = unetc_span(low: 0, high: 65535)
        floats = unetc_span(low: 0, high: 1)
    }

    func read(_ bytes: [UInt8], width: Int, height: Int, _ format: unetc_format) throws -> [Float] {
        try bytes.withUnsafeBytes { pixels in
            let stride = bytes.count / height
            return try read(pixels.baseAddress, width: width, height: height, stride: stride, format)
        }
    }

    func read(
        _ pixels: UnsafeRawPointer?, width: Int, height: Int, stride: Int, _ format: unetc_format
    ) throws -> [Float] {
        var net = self
        let scratch = Memory(unetc_picture_bytes(&net, width, height, format))
        var input = [Float](repeating: .nan, count: Int(channels * self.height * self.width))
        let status = unetc_picture_read(&net, pixels, width, height, stride, format, scratch.start, &input)
        guard status == UNETC_STATUS_OK else { throw Refusal(status: status) }
        return input
    }
}

struct Refusal: Error, Equatable {
    var status: unetc_status

    static func == (a: Refusal, b: Refusal) -> Bool { a.status == b.status }
}

/// Pixels of all formats to a net's input.
@Suite struct PictureTests {
    private let width = 37
    private let height = 23

    private func drawn(_ bytesPerPixel: Int) -> [UInt8] {
        var draw = Draw(bytesPerPixel)
        return (0..<width * height * bytesPerPixel).map { _ in UInt8(draw.next(256)) }
    }

    private func bytes<Number>(of numbers: [Number]) -> [UInt8] { numbers.withUnsafeBytes { Array($0) } }

    /// Each pixel's numbers in another order, or some of them alone.
    private func picked(_ pixels: [UInt8], of count: Int, _ places: [Int]) -> [UInt8] {
        stride(from: 0, to: pixels.count, by: count).flatMap { start in places.map { pixels[start + $0] } }
    }

    @Test(arguments: [1, 3])
    func orderAndAlphaOfColoursDoNotMatter(channels: Int) throws {
        let net = unetc_picture_net(channels: channels, height: 16, width: 24)
        let rgba = drawn(4)
        let rgb = picked(rgba, of: 4, [0, 1, 2])
        let expected = try net.read(rgb, width: width, height: height, UNETC_FORMAT_RGB8)
        for (pixels, format) in [
            (rgba, UNETC_FORMAT_RGBA8), (picked(rgba, of: 4, [2, 1, 0, 3]), UNETC_FORMAT_BGRA8),
            (picked(rgb, of: 3, [2, 1, 0]), UNETC_FORMAT_BGR8),
        ] {
            #expect(try net.read(pixels, width: width, height: height, format) == expected, "\(format)")
        }
    }

    @Test func alphaIsABandOfNetsThatTakeFour() throws {
        let net = unetc_picture_net(channels: 4, height: 16, width: 24)
        let rgba = drawn(4)
        let expected = try net.read(rgba, width: width, height: height, UNETC_FORMAT_BANDS8)
        #expect(try net.read(rgba, width: width, height: height, UNETC_FORMAT_RGBA8) == expected)
        let bgra = picked(rgba, of: 4, [2, 1, 0, 3])
        #expect(try net.read(bgra, width: width, height: height, UNETC_FORMAT_BGRA8) == expected)
    }

    /// Gray is a colour whose three numbers are the same, whatever is done to them.
    @Test(arguments: [1, 3], [UNETC_NORMALIZE_RANGE, UNETC_NORMALIZE_NONE, UNETC_NORMALIZE_PER_PICTURE])
    func grayIsAColour(channels: Int, normalization: unetc_normalization) throws {
        var net = unetc_picture_net(channels: channels, height: 16, width: 24)
        net.normalization = normalization
        let gray = drawn(1)
        let words = gray.map { UInt16($0) * 201 }
        let floats = gray.map { Float($0) / 77 - 1 }
        func tripled<Number>(_ numbers: [Number]) -> [Number] { numbers.flatMap { [$0, $0, $0] } }
        func check(_ single: [UInt8], _ format: unetc_format, _ triple: [UInt8], _ colours: unetc_format) throws {
            let expected = try net.read(triple, width: width, height: height, colours)
            let found = try net.read(single, width: width, height: height, format)
            #expect(found == expected, "\(format)")
        }
        try check(gray, UNETC_FORMAT_GRAY8, tripled(gray), UNETC_FORMAT_RGB8)
        try check(bytes(of: words), UNETC_FORMAT_GRAY16, bytes(of: tripled(words)), UNETC_FORMAT_RGB16)
        try check(bytes(of: floats), UNETC_FORMAT_GRAYF32, bytes(of: tripled(floats)), UNETC_FORMAT_RGBF32)
    }

    @Test func rowsMayBePaddedOrUpsideDown() throws {
        let net = unetc_picture_net(channels: 3, height: 9, width: 40)
        for (format, size) in [(UNETC_FORMAT_RGB8, 3), (UNETC_FORMAT_RGB16, 6), (UNETC_FORMAT_RGBF32, 12)] {
            var tight = drawn(size)
            if format == UNETC_FORMAT_RGBF32 {
                tight = bytes(of: (0..<3 * width * height).map { Float($0 % 251) / 250 })
            }
            let row = size * width
            let expected = try net.read(tight, width: width, height: height, format)
            // Not at addresses that numbers like.
            for padding in [1, 5] {
                var padded: [UInt8] = []
                for y in 0..<height {
                    padded += tight[y * row..<(y + 1) * row]
                    padded += [UInt8](repeating: 255, count: padding)
                }
                #expect(try net.read(padded, width: width, height: height, format) == expected)
            }
            var reversed: [UInt8] = []
            for y in (0..<height).reversed() { reversed += tight[y * row..<(y + 1) * row] }
            let found = try reversed.withUnsafeBytes { pixels in
                try net.read(
                    pixels.baseAddress.map { $0 + (height - 1) * row }, width: width, height: height, stride: -row,
                    format)
            }
            #expect(found == expected)
        }
    }

    @Test func wordsMayBeTakenByTheirHighBytes() throws {
        var net = unetc_picture_net(channels: 1, height: 16, width: 24)
        net.high_bytes = 1
        let gray = drawn(1)
        let words = gray.enumerated().map { UInt16($1) << 8 | UInt16($0 % 256) }
        let expected = try net.read(gray, width: width, height: height, UNETC_FORMAT_GRAY8)
        #expect(try net.read(bytes(of: words), width: width, height: height, UNETC_FORMAT_GRAY16) == expected)
    }

    @Test func whatIsNotFiniteIsZero() throws {
        let net = unetc_picture_net(channels: 1, height: 1, width: 4)
        let found = try net.read(
            bytes(of: [Float.nan, .infinity, -.infinity, 0.5]), width: 4, height: 1, UNETC_FORMAT_GRAYF32)
        #expect(found == [0, 0, 0, 0.5])
    }

    /// By hand: the mean of 0 and 100 is 50, their deviation 50.
    @Test func numbersAreScaledAsTheNetWantsThem() throws {
        var net = unetc_picture_net(channels: 1, height: 1, width: 2)
        net.bytes = unetc_span(low: 0, high: 100)
        let expected: [(unetc_normalization, [Float])] = [
            (UNETC_NORMALIZE_RANGE, [0, 1]), (UNETC_NORMALIZE_NONE, [0, 100]), (UNETC_NORMALIZE_PER_PICTURE, [-1, 1]),
            (UNETC_NORMALIZE_SCALES, [-1, 3]),
        ]
        for (normalization, numbers) in expected {
            net.normalization = normalization
            let input = try withUnsafePointer(to: unetc_scale(mean: 0.25, deviation: 0.25)) { scale in
                net.scales = scale
                return try net.read([0, 100], width: 2, height: 1, UNETC_FORMAT_GRAY8)
            }
            #expect(input == numbers)
        }
    }

    @Test func whatMakesNoSenseIsRefused() throws {
        var net = unetc_picture_net(channels: 2, height: 4, width: 4)
        #expect(unetc_picture_bytes(&net, 4, 4, UNETC_FORMAT_BANDS8) > 0)
        #expect(
            unetc_picture_bytes(&net, 4, 4, UNETC_FORMAT_RGB8) == 0
                && unetc_picture_bytes(&net, 4, 4, UNETC_FORMAT_GRAY8) == 0)
        #expect(
            unetc_picture_bytes(&net, 0, 4, UNETC_FORMAT_BANDS8) == 0
                && unetc_picture_bytes(&net, 4, -1, UNETC_FORMAT_BANDS8) == 0)
        #expect(unetc_picture_bytes(&net, 1 << 40, 1, UNETC_FORMAT_BANDS8) == 0)
        #expect(unetc_picture_bytes(nil, 4, 4, UNETC_FORMAT_BANDS8) == 0)
        let pixels = [UInt8](repeating: 1, count: 32)
        func refusal(width: Int, height: Int, stride: Int, _ format: unetc_format) -> Refusal? {
            #expect(throws: Refusal.self) {
                try pixels.withUnsafeBytes {
                    try net.read($0.baseAddress, width: width, height: height, stride: stride, format)
                }
            }
        }
        #expect(refusal(width: 4, height: 4, stride: 7, UNETC_FORMAT_BANDS8)?.status == UNETC_STATUS_BAD_STRIDE)
        #expect(refusal(width: 4, height: 4, stride: -7, UNETC_FORMAT_BANDS8)?.status == UNETC_STATUS_BAD_STRIDE)
        #expect(refusal(width: 4, height: 4, stride: 16, UNETC_FORMAT_RGBA8)?.status == UNETC_STATUS_BAD_FORMAT)
        #expect(refusal(width: 0, height: 4, stride: 16, UNETC_FORMAT_BANDS8)?.status == UNETC_STATUS_BAD_SIZE)
        #expect(refusal(width: 4, height: 4, stride: .min, UNETC_FORMAT_BANDS8)?.status == UNETC_STATUS_BAD_STRIDE)
        net.bytes.high = 0
        #expect(refusal(width: 4, height: 4, stride: 8, UNETC_FORMAT_BANDS8)?.status == UNETC_STATUS_BAD_NET)
    }
}
