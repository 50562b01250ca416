import FileAccess
import Foundation
import TestSupport

/// A document whose examples are run.
struct Guide {
    private let blocks: [(language: String, lines: [String])]

    /// - Parameter path: below the checkout.
    init(_ path: String) throws {
        let text = try String(contentsOfFile: checkoutFolder() + "/" + path, encoding: .utf8)
        var blocks: [(language: String, lines: [String])] = []
        var isInside = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                isInside.toggle()
                if isInside { blocks.append((String(line.dropFirst(3)), [])) }
            } else if isInside {
                blocks[blocks.count - 1].lines.append(String(line))
            }
        }
        self.blocks = blocks
    }

    /// Lines of the blocks between "```LANGUAGE" and "```", in their order.
    func lines(_ language: String) -> [String] { blocks.filter { $0.language == language }.flatMap(\.lines) }

    /// The texts of these blocks.
    func texts(_ language: String) -> [String] {
        blocks.filter { $0.language == language }.map { $0.lines.joined(separator: "\n") + "\n" }
    }

    /// Runs a line of the shell, for which `unetc` is the one that was built.
    static func run(_ command: String, in folder: String) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        var environment = ProcessInfo.processInfo.environment
        environment["PATH"] = Files.folder(of: try builtProgram("unetc")) + ":" + (environment["PATH"] ?? "")
        environment["UNETC_CACHE"] = folder + "/cache"
        process.environment = environment
        let pipe = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }
}
