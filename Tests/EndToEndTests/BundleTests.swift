import Driver
import Foundation
import Imaging
import TestSupport
import Testing

/// `trainer bundle`: from a run's folder to a program of somebody's own that says what `trainer predict` says.
@Suite(.serialized, .enabled(if: Trainer.isAvailable, "unetc-trainer.o is not there: run `make test`"))
struct BundleTests {
    #if arch(arm64)
    private static let targets = ["--target", "aarch64"]
    #else
    private static let targets = ["--target", "x86-64", "--target", "x86-64-v3"]
    #endif

    private static let python = try? PythonProgram.find(
        nil, variable: "UNETC_ONNX_PYTHON", packages: ["numpy", "pip", "venv"])

    /// The package is installed where nothing else is but numpy.
    @Test(.enabled(if: python != nil, "there is no Python with numpy and pip: scripts/setup-python.sh makes one"))
    func pythonPackageSaysWhatPredictSays() throws {
        let trainer = try Trainer()
        let base = trainer.folder.path
        try trainer.train(out: "run", "--epochs", "3")
        let names = try writePictures(base)
        try require(trainer.run(["predict", base + "/pictures", "--run", base + "/run", "--out", base + "/masks"]))
        for name in names {
            let mask = try decodeMask(path: "\(base)/masks/\(name).png")
            try Data(mask.pixels.map { $0 > 0 ? 1 : 0 }).write(to: URL(fileURLWithPath: "\(base)/\(name).expected"))
        }
        let said = try require(
            trainer.run(
                ["bundle", "--run", base + "/run", "--output", base + "/bundle", "--wheel"] + Self.targets,
                environment: ["UNETC": builtProgram("unetc"), "UNETC_CACHE": base + "/cache"]))
        let line = try #require(said.split(separator: "\n").first { $0.contains("pip install ") }, "\(said)")
        let wheel = String(line.split(separator: " ").last ?? "")
        try Self.trial.write(toFile: base + "/try.py", atomically: true, encoding: .utf8)
        let python = try #require(Self.python?.path)
        let commands = [
            "'\(python)' -m venv fresh",
            "'\(python)' -c 'import numpy, os; print(os.path.dirname(os.path.dirname(numpy.__file__)))' "
                + "> $(ls -d fresh/lib/python*/site-packages)/numpy.pth",
            "fresh/bin/python -m pip install -q --disable-pip-version-check --no-index '\(wheel)'",
            "fresh/bin/python try.py \(names.joined(separator: " "))",
        ]
        for command in commands {
            let (status, output) = try Guide.run(command, in: base)
            try #require(status == 0, "\(command)\nends with \(status):\n\(output)")
        }
    }

    private static let trial = """
        import sys
        import numpy as np
        import unet

        net = unet.load()
        marked = pixels = 0
        for name in sys.argv[1:]:
            shape = [int(n) for n in name.split("x")]
            picture = np.fromfile(name + ".raw", np.uint8).reshape(shape)
            expected = np.fromfile(name + ".expected", np.uint8).reshape(shape[:2]) > 0
            mask, probability = net.segment(picture) > 0, net.probabilities(picture)[0]
            # The trainer's kernels are those of another processor, and sum up in another order.
            clear = abs(probability - net.threshold) > 1e-4
            assert np.array_equal(mask[clear], expected[clear]) and clear.mean() > 0.99, name
            marked, pixels = marked + mask.sum(), pixels + mask.size
        assert 0.02 < marked / pixels < 0.98, marked / pixels
        """

    /// Discs on noise, of colours as the drawn pictures have them. Beside each file its pixels as they are.
    private func writePictures(_ base: String) throws -> [String] {
        try FileManager.default.createDirectory(atPath: base + "/pictures", withIntermediateDirectories: true)
        return try [(57, 41, 3), (32, 32, 3), (130, 99, 3), (20, 45, 1)].map { width, height, channels in
            var picture = Bitmap(width: width, height: height, channels: channels)
            for y in 0..<height {
                for x in 0..<width {
                    let (dx, dy) = (3 * x - width, 2 * y - height)
                    let isInside = dx * dx + dy * dy < height * height / 2
                    for c in 0..<channels {
                        picture[x, y, c] = UInt8((x * 31 + y * 17 + c * 7) % 60) + (isInside ? UInt8(170 - 60 * c) : 20)
                    }
                }
            }
            // How numpy has it.
            let name = "\(height)x\(width)" + (channels == 1 ? "" : "x\(channels)")
            try picture.writePNG(to: "\(base)/pictures/\(name).png")
            try Data(picture.pixels).write(to: URL(fileURLWithPath: "\(base)/\(name).raw"))
            return name
        }
    }

    @discardableResult
    private func require(_ result: (status: Int32, output: String)) throws -> String {
        try #require(result.status == 0, "it exits with \(result.status):\n\(result.output)")
        return result.output
    }

    @Test func whatIsMissingIsSaid() throws {
        let trainer = try Trainer()
        let base = trainer.folder.path
        try trainer.train(out: "run", "--epochs", "1")
        let arguments = ["bundle", "--run", base + "/run", "--output", base + "/bundle"]
        let none = try trainer.run(arguments, environment: ["PATH": "/nowhere", "UNETC": ""])
        #expect(none.status == 1)
        #expect(
            none.output
                == "error: bundles are made by the compiler unetc, which is neither beside this trainer nor on PATH\n"
                + "  hint: install it (make install), or say where it is: UNETC=/path/to/unetc\n")
        let wrong = try trainer.run(arguments, environment: ["UNETC": base])
        #expect(wrong.status == 1)
        #expect(wrong.output.contains("UNETC=\(base): expected the program unetc, found no program"))
        let unknown = try trainer.run(
            arguments + ["--nonsense"], environment: ["UNETC": builtProgram("unetc"), "UNETC_CACHE": base + "/cache"])
        #expect(unknown.status == 2 && unknown.output.contains("Unknown option '--nonsense'"), "\(unknown.output)")
        let noRun = try trainer.run(["bundle", "--run", base, "--output", base + "/bundle"])
        #expect(noRun.status == 1 && noRun.output.contains("expected the folder of a run"), "\(noRun.output)")
    }
}
