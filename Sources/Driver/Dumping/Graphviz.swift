import FileAccess
import Inspection
import Strategy

/// Drawings laid out by Graphviz, a program that may be installed or not.
public enum Graphviz {
    /// Whether `dot` can be run.
    public static var isInstalled: Bool {
        (try? Command(program: "dot", arguments: ["-V"]).run())?.status == 0
    }

    /// The picture as Graphviz draws it, as SVG.
    /// - Throws: `DriverError` where it is not installed or cannot draw it.
    public static func svg(_ picture: GraphPicture) throws -> String {
        guard let folder = Files.makeTemporaryFolder("dump") else {
            throw DriverError("no temporary folder can be made\n  hint: name one that can be written to with TMPDIR")
        }
        defer { Files.removeFolder(folder) }
        let path = folder + "/graph.dot"
        try FileWriter.write(path, text: picture.dot, .unsynced)
        let result: CommandResult
        do {
            result = try Command(program: "dot", arguments: ["-Tsvg", path]).run()
        } catch {
            throw DriverError(
                "Graphviz's \"dot\" cannot be run\n  hint: install it (apt-get install graphviz), or use --layout builtin"
            )
        }
        guard result.status == 0, let start = result.output.firstRange(of: "<svg") else {
            throw DriverError(
                "Graphviz's \"dot\" failed\n\(result.output.prefix(2000))\n  hint: use --layout builtin")
        }
        return String(result.output[start.lowerBound...])
    }
}
