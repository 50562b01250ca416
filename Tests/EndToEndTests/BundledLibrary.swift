import Base
import Driver
import FileAccess
import Foundation
import Kernels
import Strategy
import TestSupport
import Testing

/// A bundle that `unetc bundle` has written, and what a C compiler makes of it, as its README says but for the time that
/// optimizing takes.
struct BundledLibrary {
    let folder: String
    /// What functions begin with.
    let name: String
    private let target: Kernels.Target
    private let compiler: String

    /// The net that a bundle is made of.
    struct Net: Sendable, CustomTestStringConvertible {
        var name: String
        /// Below the checkout; nil for one that is written here.
        var path: String?
        var text: String?
        var overrides: [(name: String, value: String)] = []
        /// Of `unetc bundle`.
        var flags: [String] = []

        var testDescription: String { ([name] + flags).joined(separator: " ") }
    }

    /// Objects and generated nets of all tests.
    private static let shared = Result { try TemporaryFolder(isKept: true).path }

    /// - Parameters:
    ///   - weights: of a run, in place of initial values.
    ///   - compiler: the command of a C compiler for the target.
    init(
        _ net: Net, in folder: TemporaryFolder, weights: String? = nil, name: String = "net",
        target: Kernels.Target = .native(), compiler: String = "cc"
    ) throws {
        self.name = name
        self.target = target
        self.compiler = compiler
        self.folder = "\(folder.path)/bundle \(name) \(target.name)"
        var graph = net.path.map { checkoutFolder() + "/" + $0 } ?? folder.path + "/\(net.name).graph"
        if let text = net.text {
            try writeText(text, to: graph)
        } else {
            graph = try #require(net.path.map { _ in graph })
        }
        var words = ["unetc", "bundle", graph, "--output", self.folder, "--name", name, "--target", target.name]
        words += net.overrides.flatMap { ["-D", "\($0.name)=\($0.value)"] } + net.flags
        if let weights { words += ["--weights", weights] }
        let cache = try Self.shared.get() + "/cache"
        _ = try Self.run(words, environment: "UNETC_CACHE='\(cache)'")
    }

    var weights: String { "\(folder)/\(name).weights" }
    var golden: String { folder + "/test/golden.bin" }

    /// Flags of the README, at another level; what they warn of is an error.
    private static let flags = [
        "-std=c99", "-O1", "-g", "-fno-tree-vectorize", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math",
        "-fvisibility=hidden", "-fPIC", "-Wall", "-Wextra", "-Werror",
    ]

    /// Notes a file and those of the bundle that it includes: what its object depends on. Most of a bundle's files are the same
    /// for all nets.
    private func note(_ path: String, in files: inout [String]) throws {
        guard !files.contains(path) else { return }
        files.append(path)
        for match in try text(path).matches(of: #/(?m)^#include "([^"]+)"/#) {
            var parts = path.split(separator: "/").dropLast()
            for part in match.1.split(separator: "/") {
                if part == ".." { parts.removeLast() } else { parts.append(part) }
            }
            try note(parts.joined(separator: "/"), in: &files)
        }
    }

    /// Compiles the library's files, those that are the same as before only once.
    /// - Returns: the objects.
    func objects(_ flags: [String] = []) throws -> [String] {
        let names = try Files.names(in: folder)
        let kernels = "kernels/\(target.name)"
        let sources =
            names.filter { $0.hasSuffix(".c") }
            + (try Files.names(in: "\(folder)/\(kernels)")).filter { $0.hasSuffix(".c") }.map { "\(kernels)/\($0)" }
        let paths = try sources.sorted().map { source in
            let own = source.hasPrefix("kernels/") ? target.compilerFlags : []
            let words = [compiler] + Self.flags + own + flags
            var files: [String] = []
            try note(source, in: &files)
            let said = try files.map { try text($0) }
            let key = ContentDigest((said + [source] + words).joined(separator: "\u{1}")).text
            return (words + ["-c", source, "-o"], try Self.shared.get() + "/\(key).o")
        }
        let folder = folder
        let results = try parallelMap(count: paths.count, threads: 2) { index in
            Result {
                let (words, path) = paths[index]
                if Files.exists(path) { return }
                // Others may compile the same.
                let made = "\(path).\(UInt64.random(in: 0 ... .max))"
                _ = try Self.run(words + [made], in: folder)
                try Files.move(made, to: path)
            }
        }
        for result in results { try result.get() }
        return paths.map(\.1)
    }

    /// Links a program of the tests, or of the bundle, with the library.
    /// - Returns: its path.
    func program(_ source: String, _ flags: [String] = [], others: [String] = []) throws -> String {
        let path = "\(folder)/program \(UInt64.random(in: 0 ... .max))"
        let all = [compiler] + Self.flags + flags
        _ = try Self.run(
            all + ["-I", folder, "-I", checkoutFolder() + "/Tests/Bundles", source] + (try objects(flags)) + others
                + ["-o", path, "-lm", "-lpthread"])
        return path
    }

    /// A program of `Tests/Bundles`.
    static func source(_ name: String) -> String { checkoutFolder() + "/Tests/Bundles/\(name)" }

    func text(_ path: String) throws -> String { String(decoding: try readBytes(folder + "/" + path), as: UTF8.self) }

    // MARK: Processes

    /// A command that ended otherwise than well.
    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs a command.
    /// - Returns: what it prints.
    /// - Throws: `Failure` with that where it does not end well.
    static func run(_ words: [String], in folder: String = "/", environment: String = "") throws -> String {
        let command = words.map { "'" + $0.replacing("'", with: "'\\''") + "'" }.joined(separator: " ")
        let (status, output) = try Guide.run(environment + " " + command, in: folder)
        guard status == 0 else {
            throw Failure(description: "\(command)\nends with \(status):\n\(output.suffix(3000))")
        }
        return output
    }

    /// Whether there is such a program.
    static func exists(_ program: String) -> Bool {
        ["/usr/bin/", "/usr/local/bin/", "/bin/"].contains { Files.exists($0 + program) }
    }
}
