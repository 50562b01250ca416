import Driver
import Strategy
import Foundation
import Runtime
import TensorFiles
import TestSupport
import Testing

/// A trainer compiled once for all tests, and a folder of its own for each.
struct Trainer {
    let folder: TemporaryFolder
    let program: String

    static var isAvailable: Bool {
        ProcessInfo.processInfo.environment["UNETC_TRAINER"].map(FileManager.default.fileExists(atPath:)) ?? false
    }

    private static let unet = Result {
        try compile(checkoutFolder() + "/graphs/unet.graph", [("width", "4"), ("size", "32")])
    }
    private static let classes = Result { try compile(text: TaskGraphs.classes) }
    private static let middle = Result { try compile(text: TaskGraphs.middle) }
    private static let labels = Result { try compile(text: TaskGraphs.labels) }
    private static let normalised = Result { try compile(text: TaskGraphs.normalised) }
    private static let reconstruction = Result { try compile(text: TaskGraphs.reconstruction) }

    private static func compile(text: String) throws -> String {
        let folder = try TemporaryFolder(isKept: true)
        let path = folder.path + "/task.graph"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return try compile(path, [])
    }

    private static func compile(_ path: String, _ overrides: [(name: String, value: String)]) throws -> String {
        let folder = try TemporaryFolder(isKept: true)
        let session = try Session(path: path, overrides: overrides)
        var options = CompileOptions(target: .native(), batch: 16, jobs: 2)
        options.cacheFolder = folder.path + "/cache"
        return try session.compile(into: folder.path + "/" + session.graph.name, options).product
    }

    /// What a trainer learns.
    enum Task: CaseIterable {
        /// A binary mask, with `graphs/unet.graph`.
        case mask
        /// Four classes, of which number 4 is ignored.
        case classes
        /// The middle of a binary mask.
        case middle
        /// Three labels that overlap.
        case labels
        /// Its input.
        case reconstruction
        /// A binary mask, normalised by whole batches, with dropout.
        case normalised
    }

    init(_ task: Task = .mask) throws {
        folder = try TemporaryFolder()
        program =
            switch task {
            case .mask: try Self.unet.get()
            case .classes: try Self.classes.get()
            case .middle: try Self.middle.get()
            case .labels: try Self.labels.get()
            case .reconstruction: try Self.reconstruction.get()
            case .normalised: try Self.normalised.get()
            }
    }

    /// A trainer that a test has compiled for itself.
    init(program: String, folder: TemporaryFolder) {
        self.program = program
        self.folder = folder
    }

    /// - Parameter environment: what is changed of it.
    func start(_ arguments: [String], output: Pipe? = nil, environment: [String: String] = [:]) throws -> Process {
        let process = Process()
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output ?? FileHandle.nullDevice
        process.standardError = output ?? FileHandle.nullDevice
        try process.run()
        return process
    }

    func run(_ arguments: [String], environment: [String: String] = [:]) throws -> (status: Int32, output: String) {
        let pipe = Pipe()
        let process = try start(arguments, output: pipe, environment: environment)
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }

    /// Trains on the embedded pictures; fails the test when the trainer does.
    func train(out: String, _ flags: String...) throws { try train(out: out, flags) }

    func train(out: String, _ flags: [String]) throws {
        let result = try run(["train", "--out", folder.path + "/" + out] + flags)
        try #require(result.status == 0, "trainer exits with \(result.status):\n\(result.output)")
    }

    /// The numbers of the metrics' rows, without the seconds.
    func numbers(_ run: String) throws -> [Double] {
        try metrics(run).dropFirst().flatMap { $0.split(separator: ",").compactMap { Double($0) } }
    }

    /// The metrics' rows without the seconds, which stand last.
    func metrics(_ run: String) throws -> [Substring] {
        let text = try String(contentsOfFile: "\(folder.path)/\(run)/metrics.csv", encoding: .utf8)
        return text.split(separator: "\n").map { $0[..<($0.lastIndex(of: ",") ?? $0.endIndex)] }
    }

    func bytes(_ file: String) throws -> [UInt8] { try readBytes("\(folder.path)/\(file)") }

    /// Every tensor of a run's checkpoint.
    func parameters(_ run: String) throws -> [String: [Float]] {
        let file = try TensorFile(path: "\(folder.path)/\(run)/checkpoint.safetensors")
        return try Dictionary(uniqueKeysWithValues: file.names.map { ($0, try file.floats($0)) })
    }
}
