import FileAccess
import Foundation
import Imaging
import TestSupport
import Testing
import TrainerTestSupport

/// Masks that bundles make of pictures are those of `trainer predict`, in every bit.
@Suite(
    .serialized, .enabled(if: Trainer.isAvailable, "unetc-trainer.o is not there: run `make test`"),
    .enabled(if: BundledLibrary.exists("cc"), "there is no C compiler"))
struct BundlePictureTests {
    /// A picture as a file for the trainer, and as bytes for a bundle.
    private struct Picture {
        let name: String
        let (width, height, channels, bits): (Int, Int, Int, Int)
        var samples: [UInt16] = []

        init(_ width: Int, _ height: Int, _ channels: Int, bits: Int = 8, most: Int = 255, seed: Int = 0) {
            name = "\(width)x\(height)x\(channels)x\(bits)x\(seed)"
            (self.width, self.height, self.channels, self.bits) = (width, height, channels, bits)
            for y in 0..<height {
                for x in 0..<width {
                    let (dx, dy) = ((x + 5 * seed) % 29 - 14, (y + 3 * seed) % 31 - 15)
                    let isDisc = dx * dx + dy * dy < 90
                    for c in 0..<channels {
                        let noise = (x * 7919 + y * 104_729 + c * 1299 + seed * 31) % 97
                        let share = Double(noise) / 400 + (isDisc ? 0.6 : Double(x + y + 40 * c) / 1200)
                        samples.append(UInt16(min(1, share) * Double(most)))
                    }
                }
            }
        }

        var png: [UInt8] {
            HandmadePNG(width: width, height: height, kind: channels == 3 ? .rgb : .gray, bits: bits, samples: samples)
                .bytes
        }

        var bytes: [UInt8] {
            bits == 8 ? samples.map { UInt8($0) } : samples.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        }

        /// UNETC_GRAY8, UNETC_RGB8, UNETC_GRAY16 or UNETC_RGB16.
        var format: Int { (bits == 8 ? 0 : 5) + (channels == 3 ? 1 : 0) }

        var portable: [UInt8] { Array("P\(channels == 3 ? 6 : 5)\n\(width) \(height)\n255\n".utf8) + bytes }
    }

    private static let sizes = [(1, 1), (1, 200), (200, 1), (33, 57), (300, 200), (32, 32)]

    /// - Returns: gray and in colour, of all sizes.
    private func pictures(bits: Int = 8, most: Int = 255) -> [Picture] {
        Self.sizes.enumerated().flatMap { number, size in
            [1, 3].map { Picture(size.0, size.1, $0, bits: bits, most: most, seed: number) }
        }
    }

    private func net(_ task: Trainer.Task) -> BundledLibrary.Net {
        let flags = ["--batch", "16", "--tile", "none"]
        func written(_ text: String) -> BundledLibrary.Net {
            BundledLibrary.Net(name: "task", text: text, flags: flags)
        }
        return switch task {
        case .mask:
            BundledLibrary.Net(
                name: "unet", path: "graphs/unet.graph", overrides: [("width", "4"), ("size", "32")], flags: flags)
        case .classes: written(TaskGraphs.classes)
        case .middle: written(TaskGraphs.middle)
        case .labels: written(TaskGraphs.labels)
        case .reconstruction: written(TaskGraphs.reconstruction)
        case .normalised: written(TaskGraphs.normalised)
        }
    }

    // MARK: The trainer's word

    private func write(_ pictures: [Picture], to folder: String) throws {
        try Files.makeFolder(folder)
        for picture in pictures {
            try Data(picture.png).write(to: URL(fileURLWithPath: "\(folder)/\(picture.name).png"))
        }
    }

    /// Masks as bytes, by the pictures' names.
    private func predicted(
        _ pictures: [Picture], _ task: Trainer.Task, by trainer: Trainer, _ flags: [String] = []
    ) throws -> [String: [UInt8]] {
        let base = trainer.folder.path
        let out = "\(base)/out \(UInt64.random(in: 0 ... .max))"
        try write(pictures, to: out + "/in")
        let result = try trainer.run(["predict", out + "/in", "--run", base + "/run", "--out", out + "/masks"] + flags)
        try #require(result.status == 0, "\(result.output)")
        var masks: [String: [UInt8]] = [:]
        for picture in pictures {
            let path = "\(out)/masks/\(picture.name)"
            switch task {
            case .labels:
                let parts = try ["disc", "ring", "bar"].map { try decodeMask(path: "\(path)_\($0).png").pixels }
                masks[picture.name] = parts[0].indices.map { place in
                    parts.enumerated().reduce(0) { $0 | ($1.element[place] > 0 ? 1 << UInt8($1.offset) : 0) }
                }
            case .reconstruction: masks[picture.name] = try decodePicture(path: path + ".png").pixels
            case .mask, .middle, .classes, .normalised: masks[picture.name] = try decodeMask(path: path + ".png").pixels
            }
        }
        return masks
    }

    // MARK: The bundle's

    private func masks(_ pictures: [Picture], by library: BundledLibrary, _ flags: [String] = []) throws -> [String:
        [UInt8]]
    {
        let program = try library.program(BundledLibrary.source("pictures.c"), flags)
        let folder = "\(library.folder)/\(UInt64.random(in: 0 ... .max))".replacing(" ", with: "_")
        try Files.makeFolder(folder)
        let list = try pictures.map { picture in
            try Data(picture.bytes).write(to: URL(fileURLWithPath: "\(folder)/\(picture.name).in"))
            return
                "\(picture.format) \(picture.width) \(picture.height) \(folder)/\(picture.name).in \(folder)/\(picture.name).out\n"
        }
        try writeText(list.joined(), to: folder + "/list")
        let (status, output) = try Guide.run("'\(program)' '\(library.weights)' < '\(folder)/list'", in: folder)
        try #require(status == 0 && output == "\(pictures.count) pictures\n", "\(output)")
        return try Dictionary(
            uniqueKeysWithValues: pictures.map { ($0.name, try readBytes("\(folder)/\($0.name).out")) })
    }

    /// By `example/segment`.
    private func examples(_ pictures: [Picture], by library: BundledLibrary) throws -> [String: [UInt8]] {
        let program = try library.program(library.folder + "/example/segment.c")
        var masks: [String: [UInt8]] = [:]
        for picture in pictures {
            let (from, to) = (library.folder + "/picture.ppm", library.folder + "/mask.pgm")
            try Data(picture.portable).write(to: URL(fileURLWithPath: from))
            _ = try BundledLibrary.run([program, from, to, library.weights])
            let bytes = try readBytes(to)
            // Behind three lines of text.
            let ends = bytes.indices.filter { bytes[$0] == 10 }
            let header = String(decoding: bytes[...ends[2]], as: UTF8.self)
            let channels = header.hasPrefix("P6") ? 3 : 1
            #expect(header.dropFirst(2) == "\n\(picture.width) \(picture.height)\n255\n")
            masks[picture.name] = Array(bytes[(ends[2] + 1)...])
            #expect(masks[picture.name]?.count == picture.width * picture.height * channels, "\(picture.name)")
        }
        return masks
    }

    private func compare(
        _ found: [String: [UInt8]], _ expected: [String: [UInt8]], _ what: String, mayBePlain: Bool = false
    ) {
        for (name, mask) in expected.sorted(by: { $0.key < $1.key }) {
            let other = found[name] ?? []
            let wrong = mask.indices.filter { $0 >= other.count || mask[$0] != other[$0] }
            #expect(
                wrong.isEmpty && other.count == mask.count,
                """
                \(what), picture \(name): \(wrong.count) of \(mask.count) bytes differ, the first at \(wrong.first ?? -1); \
                \(other.count) bytes found
                """)
        }
        #expect(mayBePlain || Set(expected.values.joined()).count > 1, "\(what): the masks say nothing")
    }

    // MARK: Tests

    @Test(arguments: Trainer.Task.allCases) func masksAreThoseOfPredict(_ task: Trainer.Task) throws {
        let trainer = try Trainer(task)
        let base = trainer.folder.path
        var flags = ["--epochs", "2"]
        if task == .labels {
            try writeCells(in: base)
            flags += ["--data", base, "--classes", "disc,ring,bar"]
        }
        try trainer.train(out: "run", flags)
        let library = try BundledLibrary(net(task), in: trainer.folder, weights: base + "/run/best.safetensors")
        let pictures = pictures()
        let expected = try predicted(pictures, task, by: trainer)
        compare(try masks(pictures, by: library), expected, "\(task)")
        compare(try examples(pictures, by: library), expected, "\(task), example/segment")
        guard task == .mask else { return }
        let found = try masks(pictures, by: library, ["-DTHRESHOLD=0.3f"])
        let lower = try predicted(pictures, task, by: trainer, ["--threshold", "0.3"])
        #expect(lower != expected, "the threshold changes nothing")
        compare(found, lower, "threshold 0.3", mayBePlain: true)
    }

    /// Pictures of 16 bits, of which the run says what becomes 0 and 1, and what is then done to them; those of 8 bits as well.
    @Test(arguments: [
        ["--range", "full", "--normalize", "mean-std"], ["--range", "0-4095", "--normalize", "per-picture"],
        ["--range", "p1-p99"], ["--normalize", "none"],
    ])
    func numbersAreThoseOfTheRun(_ flags: [String]) throws {
        let trainer = try Trainer(.mask)
        let base = trainer.folder.path
        let data = (0..<12).map { Picture(40, 36, $0 % 2 == 0 ? 1 : 3, bits: 16, most: 4095, seed: $0) }
        try write(data, to: base + "/images")
        try Files.makeFolder(base + "/masks")
        for picture in data {
            let pixels = stride(from: 0, to: picture.samples.count, by: picture.channels).map {
                picture.samples[$0] > 2400 ? UInt8(255) : 0
            }
            try Bitmap(width: 40, height: 36, channels: 1, pixels: pixels).writePNG(
                to: "\(base)/masks/\(picture.name).png")
        }
        try trainer.train(out: "run", ["--data", base, "--epochs", "2"] + flags)
        let library = try BundledLibrary(net(.mask), in: trainer.folder, weights: base + "/run/best.safetensors")
        let pictures = pictures(bits: 16, most: 4095) + pictures()
        compare(
            try masks(pictures, by: library), try predicted(pictures, .mask, by: trainer),
            flags.joined(separator: " "))
    }

    /// Discs, rings and bars that may overlap.
    private func writeCells(in base: String) throws {
        let pictures = (0..<16).map { Picture(32, 32, 3, seed: $0) }
        try write(pictures, to: base + "/images")
        try Files.makeFolder(base + "/masks")
        for picture in pictures {
            for (number, name) in ["disc", "ring", "bar"].enumerated() {
                let pixels = (0..<(32 * 32)).map { place in
                    let level = Int(picture.samples[3 * place + number])
                    return [level > 120, (60..<170).contains(level), place % 32 % 9 < 4][number] ? UInt8(255) : 0
                }
                try Bitmap(width: 32, height: 32, channels: 1, pixels: pixels)
                    .writePNG(to: "\(base)/masks/\(picture.name)_\(name).png")
            }
        }
    }
}
