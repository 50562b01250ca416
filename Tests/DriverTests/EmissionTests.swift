import Driver
import Strategy
import GraphIR
import Passes
import TestSupport
import Testing

@testable import Emission

/// What is printed, without compiling it.
@Suite struct EmissionTests {
    private func session(_ text: String, _ name: String, width: Int = 2, size: Int = 16) throws -> Session {
        let path = try TestFolder.write(text, name: name)
        return try Session(path: path, overrides: [("width", "\(width)"), ("size", "\(size)")])
    }

    private func options(_ target: String = "x86-64-v3", batch: Int = 3) throws -> CompileOptions {
        CompileOptions(target: try .named(target), batch: batch, jobs: 1)
    }

    @Test(arguments: ["unet.graph", "unet-small.graph"])
    func theSameGraphGivesTheSameBytes(_ name: String) throws {
        let session = try session(try bundledText(name), "bytes-" + name)
        let first = try session.emit(try options()).model
        // By several threads, where the first was made by one.
        var threaded = try options()
        threaded.jobs = 4
        let again = try self.session(try bundledText(name), "bytes-" + name).emit(threaded).model
        #expect(first.files.map(\.path) == again.files.map(\.path))
        for (a, b) in zip(first.files, again.files) {
            #expect(a == b, "\(a.path): \(firstDifference(expected: a.text, found: b.text))")
        }
        #expect(Set(first.files.map(\.path)).count == first.files.count, "no file is written twice")
    }

    private static let nets = ["unet.graph", "unet-small.graph"]
    private static let targets = ["x86-64", "x86-64-v3", "x86-64-v4", "aarch64"]
    /// Each target once; the long run has all pairs.
    private static let pairs = targets.enumerated().flatMap { index, target in
        nets.enumerated().filter { isLongRun || $0.offset == index % 2 }.map { (name: $0.element, target: target) }
    }

    /// Kernels of whole plans, with the strides that views give their operands.
    @Test(arguments: pairs)
    func kernelsOfTheBundledNetsAreSound(_ name: String, _ target: String) throws {
        let session = try session(try bundledText(name), "sound-" + name, width: 4)
        for kind in PlanKind.allCases where kind == .tile || !kind.isTile {
            #expect(try session.lowered(kind, try options(target)).kernelViolations() == [], "\(kind)")
        }
    }

    @Test(arguments: 0..<UInt64(12))
    func kernelsOfRandomGraphsAreSound(_ seed: UInt64) throws {
        let path = try TestFolder.write(randomGraphText(seed: seed), name: "sound-\(seed).graph")
        let session = try Session(path: path, overrides: [])
        #expect(try session.lowered(.gradients, try options("x86-64-v4")).kernelViolations() == [])
    }

    /// Windows with rows and columns of two figures.
    @Test(arguments: [11, 12, 21])
    func kernelsOfWidePoolsAreSound(_ size: Int) throws {
        let text = """
            graph wide(width = 16, size = 16) {
              input image: [3, \(2 * size), \(2 * size)]
              target mask: [1, 2, 2]
              features = relu(conv(image, 16, kernel: 3, padding: 1))
              logits = conv(max_pool(features, kernel: \(size)), 1, kernel: 1)
              output y = logits
              loss bce_with_logits(logits, mask)
            }
            """
        let session = try session(text, "pool-\(size).graph")
        for target in Self.targets {
            #expect(try session.lowered(.train, try options(target)).kernelViolations() == [], "\(target)")
        }
    }

    /// Every function that the tables name is defined once.
    @Test func functionsAreDefinedOnce() throws {
        let model = try session(try bundledText("unet-small.graph"), "once.graph").emit(try options()).model
        let definitions = model.files.filter { $0.path.hasPrefix("kernels/") }.flatMap { file in
            file.text.split(separator: "\n").filter { $0.hasPrefix("void ") && $0.hasSuffix("{") }.map {
                $0.dropLast(2)
            }
        }
        let header = try #require(model.files.first { $0.path == "model.h" }).text
        let declarations = header.split(separator: "\n").filter { $0.hasPrefix("void ") }.map { $0.dropLast() }
        #expect(Set(definitions).count == definitions.count)
        #expect(definitions.sorted() == declarations.sorted())
    }
}
