import Driver
import Foundation
import Imaging
import Kernels
import TestSupport
import Testing

/// The commands of `docs/SHIPPING.md`, as they stand there, in the order in which they stand there; its C and its Python.
@Suite(
    .serialized, .enabled(if: Trainer.isAvailable, "unetc-trainer.o is not there: run `make test`"),
    .enabled(if: BundledLibrary.exists("cmake"), "there is no cmake"))
struct ShippingGuideTests {
    private static let python = try? PythonProgram.find(
        nil, variable: "UNETC_ONNX_PYTHON", packages: ["numpy", "pip"])
    private static let hasPages = (try? WasmToolchain()) != nil

    private let folder: TemporaryFolder
    private let guide: Guide

    init() throws {
        folder = try TemporaryFolder()
        guide = try Guide("docs/SHIPPING.md")
    }

    /// The same C is compiled for four processors, for Python and as WebAssembly: that takes minutes.
    @Test(.enabled(if: isLongRun, "runs with UNETC_LONG_TESTS=1")) func commandsDoWhatTheGuideSays() throws {
        try prepare()
        let commands = guide.lines("sh")
        #expect(commands.count > 10, "the guide's commands stand between ```sh and ```")
        for command in commands { try run(command) }
        for file in [
            "unet-small/build/libunet_small.a", "board/kernels/aarch64/plans.c", "learner/unet_small_training.c",
        ] {
            #expect(FileManager.default.fileExists(atPath: "\(folder.path)/bundles/\(file)"), "\(file) is missing")
        }
        let mask = try readBytes(folder.path + "/mask.pgm")
        #expect(mask.starts(with: Array("P5\n57 41\n255\n".utf8)) && mask.count == 13 + 57 * 41)
        try runC()
        try runPython()
    }

    /// A command that needs what is not here is left out, which is said.
    private func run(_ command: String) throws {
        var command = command
        if command.contains(" --web"), !Self.hasPages {
            return print("not run: \(command): there is no clang that makes WebAssembly")
        }
        if command.hasPrefix("pip install ") {
            guard let python = Self.python else {
                return print("not run: \(command): there is no Python with numpy and pip")
            }
            let words = "install -q --disable-pip-version-check --no-index --no-deps --target site "
            command.replace("pip install ", with: "'\(python.path)' -m pip \(words)", maxReplacements: 1)
        }
        let (status, output) = try Guide.run(command, in: folder.path)
        try #require(status == 0, "\(command)\nends with \(status):\n\(output)")
    }

    // MARK: Programs

    /// The statements of the guide, in a program that has what they speak of.
    private func runC() throws {
        let texts = guide.texts("c")
        try #require(texts.count == 2)
        // The graph's own.
        let batch = 8
        let statements = texts[0].replacing("#include \"unet_small.h\"\n", with: "")
        let opening = """
            #include "unet_small.h"
            #include <stdio.h>
            #include <stdlib.h>
            enum { width = 57, height = 41 };
            static unsigned char weights[1 << 20], pixels[3 * width * height], mask[width * height];
            static size_t weight_bytes;
            static float pictures[\(batch * 3 * 64 * 64)], masks[\(batch * 64 * 64)], loss;

            """
        let reading = """
                FILE *opened = fopen("bundles/unet-small/unet_small.weights", "rb");
                weight_bytes = fread(weights, 1, sizeof weights, opened);
                for (int i = 0; i < 3 * width * height; i++) pixels[i] = (unsigned char)(i * 7919 % 251);
                for (int i = 0; i < \(batch * 3 * 64 * 64); i++) pictures[i] = (float)(i * 7919 % 251) / 250;
                for (int i = 0; i < \(batch * 64 * 64); i++) masks[i] = (float)(i % 64 < 32);

            """
        try writeText(
            opening + "int main(void) {\n" + reading + statements + "    return error;\n}\n",
            to: folder.path + "/segment.c")
        let steps = texts[1].replacing("step < 100", with: "step < 3")
        try writeText(
            opening.replacing("loss;", with: "loss; static unsigned char file[1 << 20];") + "int main(void) {\n"
                + reading + steps
                + "    printf(\"%g\\n\", (double)loss);\n    return error;\n}\n", to: folder.path + "/learn.c")
        for (program, bundle) in [("segment", "unet-small"), ("learn", "learner")] {
            let base = "bundles/\(bundle)"
            let kernels = bundle == "learner" ? "\(base)/kernels/native/*.c" : ""
            let native = Kernels.Target.native().compilerFlags.joined(separator: " ")
            let library = bundle == "learner" ? "\(base)/*.c \(native)" : "\(base)/build/libunet_small.a"
            try run(
                "cc -std=c99 -O1 -ffp-contract=off -I \(base) \(program).c \(library) \(kernels) -lm -o \(program)")
            try run("./\(program)")
        }
    }

    private func runPython() throws {
        guard let python = Self.python else { return print("not run: there is no Python with numpy and pip") }
        let opening = """
            import numpy as np
            picture = (np.arange(41 * 57 * 3) * 7919 % 251).astype(np.uint8).reshape(41, 57, 3)
            frame = one = another = picture
            inputs = np.zeros((2, 3, 64, 64), np.float32)

            """
        let text = try #require(guide.texts("python").first)
        try writeText(opening + text, to: folder.path + "/example.py")
        let (status, output) = try Guide.run("PYTHONPATH=site '\(python.path)' example.py", in: folder.path)
        #expect(status == 0, "\(output)")
    }

    // MARK: What the commands read

    private func prepare() throws {
        let files = FileManager.default
        try files.createSymbolicLink(
            atPath: folder.path + "/graphs", withDestinationPath: checkoutFolder() + "/graphs")
        for name in ["images", "masks"] {
            try files.createDirectory(atPath: "\(folder.path)/DIR/\(name)", withIntermediateDirectories: true)
        }
        for number in 0..<8 {
            let size = 40 + 3 * number
            var picture = Bitmap(width: size, height: 48, channels: 3)
            var mask = Bitmap(width: size, height: 48, channels: 1)
            for y in 0..<48 {
                for x in 0..<size {
                    let isInside = (x - 20) * (x - 20) + (y - 24) * (y - 24) < 150 + 10 * number
                    mask[x, y, 0] = isInside ? 255 : 0
                    for c in 0..<3 {
                        picture[x, y, c] = UInt8((x * 31 + y * 17 + c * 7 + number) % 60) + (isInside ? 150 : 20)
                    }
                }
            }
            try picture.writePNG(to: "\(folder.path)/DIR/images/p\(number).png")
            try mask.writePNG(to: "\(folder.path)/DIR/masks/p\(number).png")
        }
        let pixels = (0..<(57 * 41 * 3)).map { UInt8($0 * 7919 % 251) }
        try Data(Array("P6\n57 41\n255\n".utf8) + pixels).write(
            to: URL(fileURLWithPath: folder.path + "/photo.ppm"))
    }
}
