import Base
import Driver
import Strategy
import Inspection
import Passes
import Runtime
import TestSupport
import Testing

@testable import unetc

import Platform

/// The benchmark of a small net, run for real.
@Suite struct BenchmarkRunTests {
    private func benchmark(_ plans: [PlanKind]) throws -> Benchmark {
        let path = checkoutFolder() + "/graphs/unet-small.graph"
        let session = try Session(path: path, overrides: [("width", "4"), ("size", "16")])
        var options = CompileOptions(target: try .named("x86-64"), batch: 2, jobs: 2)
        #if arch(arm64)
        options.target = .native()
        #endif
        options.plans = plans
        var template = Array("/tmp/unetc-bench-tests-XXXXXX".utf8CString)
        #expect(mkdtemp(&template) != nil)
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        options.cacheFolder = folder
        defer { _ = system("rm -rf '\(folder)'") }
        let model = try Model.load(path: try session.compileSharedObject(options).product)
        return try Benchmark(model: model, runs: 2, threads: 2, vectorWidth: options.target.vectorWidth)
    }

    /// Names that other programs read.
    @Test func theDataHasItsFields() throws {
        let benchmark = try benchmark([.train, .infer])
        let json = try JSON(parsing: benchmark.json.text.utf8)
        #expect(json["schema"]?.string == "unetc-bench" && json["version"]?.integer == 1)
        #expect(json["plan"]?.string == "train")
        #expect(json["graph"]?.string == "unet_small" && json["batch"]?.integer == 2)
        for kind in ["train_step", "inference"] {
            let best = try #require(json[kind]?["min_ms"]?.number)
            let median = try #require(json[kind]?["median_ms"]?.number)
            #expect(best >= 0 && best <= median)
        }
        for name in ["peak_rss_mib", "arena_mib", "peak_gflops", "bandwidth_gb_per_s", "vector_width"] {
            let value = try #require(json[name]?.number)
            #expect(value > 0, "\(name)")
        }
        let layers = try #require(json["layers"]?.array)
        #expect(layers.count > 20)
        for layer in layers {
            for name in ["name", "phase", "algorithm"] { #expect(layer[name]?.string?.isEmpty == false, "\(layer)") }
            for name in ["ms", "gflops", "percent_of_peak"] { #expect(layer[name]?.number != nil, "\(layer)") }
        }
        let whole = layers.compactMap { $0["ms"]?.number }.reduce(0, +)
        let parts = try #require(json["breakdown"]?.array).compactMap { $0["ms"]?.number }.reduce(0, +)
        #expect(abs(whole - parts) < 0.1, "the breakdown has every step once")
        // As `unetc inspect --profile` reads it.
        var template = Array("/tmp/unetc-bench-tests-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        try #require(file >= 0)
        close(file)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        try writeText(benchmark.json.text, to: path)
        let profile = try StepProfile(path: path)
        #expect(profile.layers.map(\.name) == benchmark.detailed.steps.map(\.step.name))
        #expect(profile.batch == 2 && profile.totalMilliseconds > 0 && profile.peakGflops > 0)
    }

    /// To cores that are not here, as text, data and picture.
    @Test func projections() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        let graph = checkoutFolder() + "/graphs/unet-small.graph -D width=4 -D size=32 --batch 2 --runs 2"
        let text = try program.run("bench \(graph) --project 4,64 --project-chart p.png")
        #expect(text.exitCode == 0, "\(text.errors)")
        for part in ["training step:", "forward pass:", "measured with 1 thread:", "what holds 64 cores up", "GB/s"] {
            #expect(text.output.contains(part), "\(part) is not in \(text.output)")
        }
        #expect(try readBytes(program.folder + "/p.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
        let data = try program.run("bench \(graph) --project 8 --project-bandwidth 100 --inference-only --json")
        #expect(data.exitCode == 0, "\(data.errors)")
        let json = try JSON(parsing: data.output.utf8)
        #expect(json["schema"]?.string == "unetc-projection" && json["version"]?.integer == 1)
        #expect(json["train_step"] == .null)
        let rows = try #require(json["inference"]?["cores"]?.array)
        #expect(rows.first?["cores"]?.integer == 1 && rows.last?["cores"]?.integer == 8)
        #expect(rows.first?["speed_up"]?.number == 1)
        let lost = [
            "lost_to_tasks_percent", "lost_to_barriers_percent", "lost_to_bandwidth_percent", "outside_steps_percent",
        ]
        for row in rows {
            let parts = try lost.reduce(0) { $0 + (try #require(row[$1]?.number)) }
            #expect(parts >= 0 && parts < 100.1, "\(row)")
        }
        let checks = try #require(json["inference"]?["checks"]?.array)
        #expect(checks.first?["threads"]?.integer == 1 && (checks.first?["measured_ms"]?.number ?? 0) > 0)
        #expect((json["inference"]?["held_up"]?.array ?? []).isEmpty == false)
    }

    @Test(arguments: [
        ("--project 0", "--project"), ("--project-chart p.png", "need --project"),
        ("--project 4 --project-bandwidth 0", "above 0"), ("--project 4 --roofline r.png", "--project-chart"),
    ])
    func projectionsThatCannotBe(flags: String, message: String) throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        let run = try program.run("bench " + checkoutFolder() + "/graphs/unet-small.graph " + flags)
        #expect(run.exitCode == 2 && run.errors.contains(message), "\(run.errors)")
    }

    /// A budget that the batch fits into in parts alone, and a picture.
    @Test func budgetsAndRooflines() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        let graph = checkoutFolder() + "/graphs/unet-small.graph -D width=4 -D size=32 --batch 4"
        let curve = try program.run("budget \(graph) --csv curve.csv")
        #expect(curve.exitCode == 0, "\(curve.errors)")
        // The least there is.
        let bytes = try #require(
            try program.text("curve.csv").split(separator: "\n").last?.split(separator: ",").first.flatMap { Int($0) })
        let run = try program.run(
            "bench \(graph) --runs 1 --json --memory \(bytes / 1024 + 512)K --roofline roof.png",
            environment: "UNETC_CACHE=cache")
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.errors.contains("memory: ") && run.errors.contains("4 samples of a step in"), "\(run.errors)")
        let json = try JSON(parsing: run.output.utf8)
        #expect(try #require(json["batch"]?.integer) < 4)
        #expect(try #require(json["threads"]?.integer) > 0)
        #expect(try program.text("roof.png").contains("IHDR"))
    }

    @Test func aForwardPassAloneHasNoTraining() throws {
        let benchmark = try benchmark([.infer])
        let json = try JSON(parsing: benchmark.json.text.utf8)
        #expect(json["train_step"] == nil && json["inference"] != nil)
        #expect(json["peak_rss_mib"] == json["inference_peak_rss_mib"])
        #expect(benchmark.text.contains("forward pass") && !benchmark.text.contains("training step"))
        let roofline = benchmark.roofline
        #expect(roofline.title.contains("forward pass") && roofline.kinds.last?.name == "other")
        #expect(roofline.points.contains { !$0.label.isEmpty })
        let names = Set(benchmark.detailed.steps.map(\.step.name))
        for point in roofline.points {
            #expect(point.label.isEmpty || names.contains(point.label), "\(point)")
            #expect(point.intensity > 0 && point.speed > 0 && roofline.kinds.indices.contains(point.kind), "\(point)")
        }
        #expect(roofline.points.reduce(0) { $0 + $1.share } <= 1 + 1e-9)
    }
}
