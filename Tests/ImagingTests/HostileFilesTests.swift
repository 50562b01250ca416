import Synchronization
import Testing

@testable import Imaging

/// Files that are made to take memory or time, and decoders that are to end.
@Suite struct HostileFilesTests {
    /// Every way of reading.
    private static let ways: [(String, @Sendable (String, DecodingOptions) throws -> Void)] = [
        ("whole", { _ = try decodePicture(path: $0, options: $1) }),
        ("mask", { _ = try decodeMask(path: $0, options: $1) }),
        ("sized", { _ = try SizedPicture(path: $0, width: 8, height: 8, channels: 3, options: $1) }),
        ("sized mask", { _ = try SizedMask(path: $0, width: 8, height: 8, options: $1) }),
        (
            "rows",
            { path, options in
                let reader = try PictureReader(path: path, options: options)
                var row = [UInt8](repeating: 0, count: 3 * reader.width)
                for _ in 0..<reader.height { try row.withUnsafeMutableBufferPointer { try reader.readRow(into: $0) } }
            }
        ),
    ]

    private func message(_ bytes: [UInt8], _ way: Int, _ options: DecodingOptions = DecodingOptions()) throws -> String
    {
        let file = try TemporaryFile(bytes)
        let error = #expect(throws: ImageError.self) { try Self.ways[way].1(file.path, options) }
        #expect(error?.file == file.path)
        return error?.message ?? ""
    }

    @Test(arguments: ways.indices, [(1, 60_000_000), (1, 1 << 27), (1 << 20, 255)] as [(UInt32, UInt32)])
    func headersThatPromiseTooMuchAreRefused(way: Int, size: (width: UInt32, height: UInt32)) throws {
        let bytes =
            PNGFile.start(width: size.width, height: size.height) + PNGFile.chunk("IDAT", PNGFile.stored([0, 1, 2, 3]))
            + PNGFile.chunk("IEND", [])
        #expect(
            try message(bytes, way)
                == "says that it has \(size.width) x \(size.height) pixels, which do not fit into its \(bytes.count) "
                + "bytes; replace it")
    }

    @Test func rowsThatAreTooWideAreRefused() throws {
        let bytes = PNGFile.start(width: 1 << 21, height: 1) + PNGFile.chunk("IDAT", PNGFile.stored([0]))
        #expect(try message(bytes, 4).hasPrefix("has rows of 2097152 pixels, more than the 1048576 allowed"))
    }

    /// The first scan of a progressive file again and again, which libjpeg takes.
    private static func scans(_ count: Int) throws -> [UInt8] {
        let bytes = try Fixture.named("jpeg-progressive").bytes
        let markers = bytes.indices.dropLast().filter { bytes[$0] == 0xFF && bytes[$0 + 1] != 0 }
        let start = try #require(markers.first { bytes[$0 + 1] == 0xDA })
        let end = try #require(markers.first { $0 > start })
        return bytes[..<start] + (0..<count).flatMap { _ in bytes[start..<end] } + bytes[end...]
    }

    @Test(arguments: ways.indices)
    func scansAreCounted(way: Int) throws {
        let file = try TemporaryFile(Self.scans(50))
        if way != 1 && way != 3 { try Self.ways[way].1(file.path, DecodingOptions()) }
        #expect(try message(Self.scans(1000), way).contains("(it has more than 500 scans)"))
    }

    private static let slow = ["jpeg-baseline", "jpeg-progressive", "png-rgb", "png-interlaced", "png-gray-16"]

    /// An end is an error of its own, at whatever moment it is asked for.
    @Test(arguments: slow, ways.indices)
    func decodersEndWhenAskedTo(name: String, way: Int) throws {
        let file = try TemporaryFile(Fixture.named(name).bytes)
        var isDone = false
        var questions = 0
        while !isDone {
            let asked = Atomic(0)
            let limit = questions
            let supervisor = DecodingSupervisor(isCancelled: {
                asked.wrappingAdd(1, ordering: .relaxed).oldValue >= limit
            })
            do {
                try Self.ways[way].1(file.path, DecodingOptions(supervisor: supervisor))
                isDone = true
            } catch let error as ImageError {
                if error.message.contains("is a colour picture") { return }
                #expect(error.isCancelled && error.file == file.path, "\(error)")
            }
            questions += 1
            try #require(questions < 1000)
        }
        #expect(questions > 1, "nobody asked")
    }

    @Test(arguments: ways.indices)
    func picturesThatTakeTooMuchAreRefused(way: Int) throws {
        let supervisor = DecodingSupervisor(bound: 100_000, most: 200_000)
        let text = try message(Fixture.named("png-gray").bytes, way, DecodingOptions(supervisor: supervisor))
        #expect(text.hasPrefix("takes 1 MiB to decode, which is more than the 0 MiB that are left; give more memory"))
    }

    @Test(arguments: [(true, "save it neither progressive nor interlaced"), (false, "use fewer --threads")])
    func adviceIsOfUse(isWhole: Bool, advice: String) {
        let supervisor = DecodingSupervisor(bound: 10, most: 10)
        do {
            _ = try supervisor.claim(11, for: "x", isWhole: isWhole)
            Issue.record("it was let in")
        } catch {
            #expect(error.message.contains(advice), "\(error.message)")
        }
    }

    private final class Sums: Sendable {
        let taken = Atomic(0)
        let most = Atomic(0)
    }

    /// Large ones wait until they are alone, small ones share the room.
    @Test func roomIsShared() async throws {
        let supervisor = DecodingSupervisor(bound: 100, most: 1000)
        let sums = Sums()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<200 {
                let bytes = index % 20 == 0 ? 500 : 10 + index % 40
                group.addTask {
                    let claim = try supervisor.claim(bytes, for: "x", isWhole: false)
                    let sum = sums.taken.wrappingAdd(bytes, ordering: .relaxed).newValue
                    sums.most.max(sum, ordering: .relaxed)
                    #expect(sum <= 100 || sum == bytes)
                    sums.taken.wrappingSubtract(bytes, ordering: .relaxed)
                    withExtendedLifetime(claim) {}
                }
            }
            try await group.waitForAll()
        }
        #expect(sums.most.load(ordering: .relaxed) == 500)
        let first = try supervisor.claim(600, for: "x", isWhole: true)
        #expect(throws: ImageError.self) { _ = try supervisor.claim(401, for: "y", isWhole: true, waits: false) }
        let second = try supervisor.claim(400, for: "y", isWhole: true, waits: false)
        withExtendedLifetime((first, second)) {}
    }
}
