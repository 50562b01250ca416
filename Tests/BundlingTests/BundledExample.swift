import Base
import Foundation
import Kernels
import Strategy
import TestSupport

@testable import Bundling

/// `generated/example.graph`, small, on its way into a bundle.
struct BundledExample {
    let session: Session
    let target: BundleTarget

    init(_ target: Kernels.Target = .x86v3, precision: ElementType? = nil, batch: Int = 1) throws {
        session = try Session(
            path: checkoutFolder() + "/generated/example.graph", overrides: [("width", "4"), ("size", "16")])
        self.target = try Self.target(target, session, precision, batch)
    }

    /// Of a graph's text in place of that file.
    init(text: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "unetc-bundling-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try writeText(text, to: folder.path + "/net.graph")
        session = try Session(path: folder.path + "/net.graph", overrides: [])
        target = try Self.target(.x86v3, session, nil, 1)
    }

    private static func target(
        _ target: Kernels.Target, _ session: Session, _ precision: ElementType?, _ batch: Int
    ) throws -> BundleTarget {
        var options = CompileOptions(target: target, batch: batch, jobs: 2)
        options.plans = [.infer]
        options.avoidsBLAS = true
        options.precision = precision
        let compilation = Compilation(session, options)
        return BundleTarget(target: target, plans: [try compilation.lowered(.infer)])
    }

    /// Values of a parameter.
    static func values(_ name: String, _ count: Int) throws -> [Float] {
        (0..<count).map { Float($0 % 7) / 8 - 0.25 - Float(name.utf8.count) / 64 }
    }

    func weights() throws -> BundleWeights {
        let graph = session.graph
        return try BundleWeights(of: graph, in: target) { name in
            let id = graph.parameters.first { graph[$0].name == name }
            return try Self.values(name, id.map { graph[$0].type.elementCount } ?? 0)
        }
    }

    /// - Parameter change: of the description.
    func bundle(_ name: String = "net", change: (inout BundleDescription) -> Void = { _ in }) throws -> Bundling.Bundle
    {
        var description = try BundleDescription(
            names: BundleNames(name), compilerVersion: "1.2.3", graphName: "example", sourceName: "example.graph",
            targets: [target], interface: PictureInterface(session.graph), pictures: BundlePictures(), batch: 1)
        change(&description)
        return Bundling.Bundle(description, try weights(), threads: 2)
    }
}
