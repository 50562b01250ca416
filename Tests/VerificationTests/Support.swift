import Foundation
import GraphIR
import Passes
import TestSupport
import Testing

@testable import Driver

/// A folder of its own for this run's graphs and for the object cache; gone when the tests are done.
enum TestFolder {
    static let path: String = {
        var template = Array("/tmp/unetc-verification-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return "/tmp" }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        setenv("UNETC_CACHE", path + "/cache", 1)
        atexit { try? FileManager.default.removeItem(atPath: TestFolder.path) }
        return path
    }()
}

/// A bundled graph at a size for tests, and how it is compiled.
struct TestNet: Sendable, CustomTestStringConvertible {
    var name: String
    var overrides: [(name: String, value: String)]

    var testDescription: String { name }

    init(_ name: String, _ overrides: KeyValuePairs<String, Int>) {
        self.name = name
        self.overrides = overrides.map { (name: $0, value: "\($1)") }
    }

    func session() throws -> Session {
        try Session(path: checkoutFolder() + "/graphs/" + name + ".graph", overrides: overrides)
    }

    func options(batch: Int = 2) -> CompileOptions {
        _ = TestFolder.path
        return CompileOptions(target: .native(), batch: batch, jobs: 2)
    }

    /// Options that make values again in training wherever that saves memory, at whatever cost.
    func optionsMakingAgain(batch: Int = 2) throws -> CompileOptions {
        var options = options(batch: batch)
        let session = try session()
        options.recomputation = .none
        let schedule = try session.pipeline(.train, options).schedule
        var search = session.recomputeSearch(
            RecomputedGraph(schedule.graph, layouts: schedule.layouts), options)
        _ = search.reduce(to: 0)
        options.recomputation = .chosen(search.state.graph)
        return options
    }
}
