import Base
import Driver
import Imaging
import TestSupport
import Testing

import Platform

/// `unetc bundle --web`: the page in a browser, and the module in Node.js, against the same net as a C library.
@Suite struct BundlePageTests {
    private static let hasCompiler = (try? WasmToolchain()) != nil
    private static let noCompiler: Comment = "there is no clang that makes WebAssembly: a Swift toolchain has one"

    private static let width = 97
    private static let height = 61

    /// A picture that looks like nothing, as C and as JavaScript draw it: the two must agree.
    private static let drawn = "(i * 7919 + (i >> 5) * 104729) % 251"

    /// Makes a bundle `b` of `net.graph`, and what its C library says of the picture.
    /// - Returns: mask and values.
    private func bundle(_ program: UnetcProgram, name: String, channels: Int) throws -> (mask: [UInt8], values: [Float])
    {
        #if arch(arm64)
        let target = "aarch64"
        #else
        let target = "x86-64"
        #endif
        let run = try program.run("bundle net.graph --output b --target \(target) --tile none --name \(name) --web")
        try #require(run.exitCode == 0, "\(run.errors)")
        #expect(run.output.hasSuffix("open in a browser: b/web/index.html\n"), "\(run.output)")
        let count = Self.width * Self.height
        try program.write(
            "say.c",
            """
            #include "\(name).h"
            #include <stdio.h>
            static unsigned char weights[1 << 22] __attribute__((aligned(64))), arena[1 << 25];
            static unsigned char pixels[4 * \(count)], mask[\(count)];
            static float values[\(channels) * \(count)];
            int main(void) {
                FILE *file = fopen("b/\(name).weights", "rb");
                size_t bytes = fread(weights, 1, sizeof weights, file);
                for (unsigned i = 0; i < sizeof pixels; i += 1) pixels[i] = i % 4 == 3 ? 255 : \(Self.drawn);
                int error = \(name)_init(arena, sizeof arena, 1, weights, bytes);
                if (!error) {
                    error = \(name)_segment_values(
                        arena, pixels, \(Self.width), \(Self.height), 0, \(name.uppercased())_RGBA8, mask, 0, values);
                }
                fwrite(mask, 1, sizeof mask, stdout);
                fwrite(values, 1, sizeof values, stdout);
                return error;
            }
            """)
        let status = program.shell(
            "cc -O1 -ffp-contract=off -Ib -o say say.c b/*.c b/kernels/*/*.c -lm 2>errors && ./say >said")
        let errors = try program.text("errors")
        try #require(status == 0, "\(errors)")
        let said = try readBytes(program.folder + "/said")
        try #require(said.count == count * (1 + 4 * channels))
        let values = said[count...].withUnsafeBytes { raw in
            (0..<channels * count).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
        return (Array(said[..<count]), values)
    }

    private func program(_ graph: String) throws -> UnetcProgram {
        let program = try UnetcProgram()
        try program.write("net.graph", graph)
        return program
    }

    private static let masks = """
        graph net() {
          input  image: [3, 32, 48]
          target mask:  [1, 32, 48]
          a = relu(conv(image, 8, kernel: 3, padding: same))
          b = relu(conv(max_pool(a, kernel: 2), 12, kernel: 3, padding: same))
          c = concat(conv_transpose(b, 8, kernel: 2, stride: 2), a)
          output logits = conv(c, 1, kernel: 1)
          loss bce_with_logits(logits, mask)
        }
        """

    private static let classes = """
        graph net() {
          input  image: [1, 24, 24]
          target labels: classes[24, 24]
          a = relu(conv(image, 8, kernel: 3, padding: same))
          output logits = conv(a, 3, kernel: 1)
          loss cross_entropy(logits, labels)
        }
        """

    /// Opens the page and shows it the picture.
    /// - Returns: what the net says of it.
    private func segment(_ browser: Browser, _ program: UnetcProgram) throws -> (mask: [UInt8], values: [Float]) {
        try browser.open("file://\(program.folder)/b/web/index.html")
        #expect(try browser.evaluate("document.documentElement.dataset.ready").string == "yes")
        _ = try browser.evaluate(
            """
            globalThis.said = undefined;
            const pixels = Array.from({ length: \(4 * Self.width * Self.height) }, (_, i) => i % 4 == 3 ? 255 : \(Self.drawn));
            unetc.segment({ data: pixels, width: \(Self.width), height: \(Self.height) }).then(
              ({ mask, values }) => { said = { mask: [...mask], values: [...values] }; },
              (error) => { said = { error: error.message }; });
            0
            """)
        try wait(browser, for: "globalThis.said !== undefined")
        let said = try browser.evaluate("said")
        try #require(said["error"] == nil, "\(said)")
        return (
            try #require(said["mask"]?.array).compactMap { $0.integer.map(UInt8.init) },
            try #require(said["values"]?.array).compactMap { $0.number.map { Float($0) } }
        )
    }

    private func wait(_ browser: Browser, for condition: String) throws {
        for _ in 0..<600 {
            if try browser.evaluate(condition).bool == true { return }
            usleep(50_000)
        }
        throw Browser.Failure(description: "never: \(condition); \(browser.complaints)")
    }

    /// Masks of values that are close to a threshold may differ.
    private func compare(
        _ found: (mask: [UInt8], values: [Float]), _ expected: (mask: [UInt8], values: [Float])
    ) throws {
        try #require(found.values.count == expected.values.count && found.mask.count == expected.mask.count)
        let far = zip(found.values, expected.values).map { abs($0 - $1) }.max() ?? 1
        #expect(far <= 1e-4)
        let channels = expected.values.count / expected.mask.count
        for place in expected.mask.indices where found.mask[place] != expected.mask[place] {
            let values = (0..<channels).map { expected.values[$0 * expected.mask.count + place] }.sorted()
            let distance = channels == 1 ? abs(values[0] - 0.5) : values[channels - 1] - values[channels - 2]
            #expect(distance <= 2e-4, "pixel \(place): \(found.mask[place]) instead of \(expected.mask[place])")
        }
    }

    @Test(
        .enabled(if: hasCompiler, noCompiler),
        .enabled(if: Browser.program != nil, "chromium is not installed: apt-get install chromium"))
    func thePageSaysWhatTheLibrarySays() throws {
        let program = try program(Self.masks)
        defer { program.remove() }
        let expected = try bundle(program, name: "net", channels: 1)
        let browser = try Browser(folder: program.folder)
        try compare(try segment(browser, program), expected)
        let address = "file://\(program.folder)/b/web/index.html"
        #expect(browser.requests.allSatisfy { $0 == address || $0.hasPrefix("data:") || $0.hasPrefix("blob:") })
        #expect(try readBytes(program.folder + "/b/web/index.html").count < 1 << 20)

        // By keyboard alone: the first thing is to choose a picture, and the threshold decides anew.
        let text = { try browser.evaluate($0).string ?? "" }
        try browser.press("Tab", code: 9)
        #expect(try text("document.activeElement.id") == "choose")
        for id in ["camera", "opacity", "threshold"] {
            try browser.press("Tab", code: 9)
            #expect(try text("document.activeElement.id") == id)
        }
        for _ in 0..<3 { try browser.press("ArrowRight", code: 39) }
        #expect(try text("document.getElementById('threshold-value').textContent") == "0.53")
        let decided = try browser.evaluate("[...unetc.decided()]").array?.compactMap(\.integer)
        let found = try browser.evaluate("said.values").array?.compactMap { $0.number.map { Float($0) } }
        #expect(decided == found?.map { $0 >= 0.53 ? 255 : 0 })

        // The file that is saved.
        _ = try browser.evaluate(
            """
            globalThis.file = undefined;
            unetc.png(unetc.decided(), \(Self.width), \(Self.height), 1).then((blob) => blob.arrayBuffer()).then(
              (bytes) => { file = [...new Uint8Array(bytes)]; });
            0
            """)
        try wait(browser, for: "globalThis.file !== undefined")
        let png = try browser.evaluate("file").array?.compactMap { $0.integer.map(UInt8.init) }
        let path = program.folder + "/mask.png"
        try program.write("mask.png", bytes: try #require(png))
        #expect(try decodeMask(path: path).pixels.map(Int.init) == decided)

        // Light and dark.
        let paper = try ["light", "dark"].map { scheme in
            try browser.call(
                "Emulation.setEmulatedMedia",
                "{\"features\": [{\"name\": \"prefers-color-scheme\", \"value\": \"\(scheme)\"}]}")
            return try text("getComputedStyle(document.body).backgroundColor")
        }
        #expect(paper == ["rgb(251, 250, 248)", "rgb(20, 22, 26)"])
        #expect(browser.complaints == [])
    }

    @Test(
        .enabled(if: hasCompiler, noCompiler),
        .enabled(if: Browser.program != nil, "chromium is not installed: apt-get install chromium"))
    func classesHaveALegend() throws {
        let program = try program(Self.classes)
        defer { program.remove() }
        let expected = try bundle(program, name: "layers", channels: 3)
        let browser = try Browser(folder: program.folder)
        try compare(try segment(browser, program), expected)
        #expect(
            try browser.evaluate("[...document.querySelectorAll('#classes label')].map((l) => l.textContent)").array?
                .compactMap(\.string) == ["class 0", "class 1", "class 2"])
        #expect(try browser.evaluate("document.getElementById('threshold-row').hidden").bool == true)
        // What is hidden has no colour.
        let drawn = """
            (() => {
              const copy = Object.assign(document.createElement('canvas'), { width: \(Self.width), height: \(Self.height) });
              const context = copy.getContext('2d', { willReadFrequently: true });
              context.drawImage(document.getElementById('mask'), 0, 0);
              return context.getImageData(0, 0, \(Self.width), \(Self.height)).data
                .filter((_, i) => i % 4 == 3).reduce((sum, alpha) => sum + (alpha > 0), 0);
            })()
            """
        let counts = (0..<3).map { label in expected.mask.count { $0 == label } }
        #expect(abs((try browser.evaluate(drawn).integer ?? -1) - counts[1] - counts[2]) <= 5)
        for row in 2...3 { try browser.click("#classes li:nth-child(\(row)) input[type=checkbox]") }
        #expect(try browser.evaluate(drawn).integer == 0)
        #expect(browser.complaints == [])
    }

    private static let node: String? = ["/usr/bin/node", "/usr/local/bin/node"].first { access($0, X_OK) == 0 }

    @Test(
        .enabled(if: hasCompiler, noCompiler),
        .enabled(if: node != nil, "node is not installed: apt-get install nodejs"))
    func theModuleSaysWhatTheLibrarySays() throws {
        let program = try program(Self.masks)
        defer { program.remove() }
        let expected = try bundle(program, name: "net", channels: 1)
        try program.write(
            "run.mjs",
            """
            import { info, load } from "./b/web/net.js";
            const [width, height] = [\(Self.width), \(Self.height)];
            const data = Uint8Array.from({ length: 4 * width * height }, (_, i) => i % 4 == 3 ? 255 : \(Self.drawn));
            const results = [];
            for (const options of [{}, { relaxed: false }, { threads: 3 }]) {
              const net = await load(options);
              // Arenas of several sizes, one after the other.
              for (const [w, h] of [[1, 1], [3000, 40], [2, 500]]) {
                net.segment({ data: new Uint8Array(3 * w * h), width: w, height: h }, { values: false });
              }
              const { mask, values, milliseconds } = net.segment({ data, width, height });
              const errors = [];
              for (const picture of [{ data, width, height: 7 }, { data, width: 0, height }]) {
                try { net.segment(picture); } catch (error) { errors.push(error.message); }
              }
              results.push({ mask: [...mask], values: [...values], threads: net.threads, errors, milliseconds });
              net.free();
            }
            console.log(JSON.stringify({ results, info }));
            """)
        let node = try #require(Self.node)
        let status = program.shell("\(node) run.mjs >said.json 2>errors")
        let faults = try program.text("errors")
        try #require(status == 0, "\(faults)")
        let said = try JSON(parsing: Array(try program.text("said.json").utf8))
        #expect(said["info"]?["width"]?.integer == 48 && said["info"]?["task"]?.string == "mask")
        let results = try #require(said["results"]?.array)
        #expect(results.compactMap { $0["threads"]?.integer } == [1, 1, 3])
        for result in results {
            let mask = try #require(result["mask"]?.array).compactMap { $0.integer.map(UInt8.init) }
            let values = try #require(result["values"]?.array).compactMap { $0.number.map { Float($0) } }
            try compare((mask, values), expected)
            let errors = result["errors"]?.array?.compactMap(\.string) ?? []
            #expect(errors.count == 2 && errors[0].contains("no picture of 97 × 7"), "\(errors)")
        }
        #expect(results.first?["values"] == results.last?["values"], "threads change nothing")
    }

    @Test func aCompilerThatCannotDoItIsNamed() throws {
        let program = try program(Self.masks)
        defer { program.remove() }
        for (compiler, reason) in [("/nowhere/clang", "cannot be run, or is no clang"), ("true", "does not make")] {
            let run = try program.run("bundle net.graph --output b --web", environment: "UNETC_CLANG=\(compiler)")
            #expect(run.exitCode == 1)
            #expect(
                run.errors.contains("no compiler for WebAssembly\n  \(compiler): \(reason)")
                    && run.errors.contains("hint: a Swift toolchain has one"), "\(run.errors)")
        }
    }

    @Test(.enabled(if: hasCompiler, noCompiler)) func netsOfOtherBandsHaveNoPage() throws {
        let program = try program(Self.classes.replacing("[1, 24, 24]", with: "[5, 24, 24]"))
        defer { program.remove() }
        let run = try program.run("bundle net.graph --output b --web")
        #expect(run.exitCode != 0)
        #expect(run.errors.contains("a page feeds pictures of 1, 3 or 4 channels; the net takes 5"), "\(run.errors)")
    }
}
