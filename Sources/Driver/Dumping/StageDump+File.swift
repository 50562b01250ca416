import Diagnostics
import FileAccess
import GraphDSL
import Inspection
import Strategy

extension StageDump {
    /// Reads a file that `unetc dump` has printed as text, of any stage but `kernels`.
    ///
    /// What has been read is well formed, and its plan, if there is one, has been verified.
    /// - Throws: `DriverError` that names file and line, or the rule that is broken.
    public init(path: String) throws {
        let text = String(decoding: try Files.read(path), as: UTF8.self)
        if Self.isOfTheLanguage(text) {
            self = try Session.parsed(path: path)
            return
        }
        let name = Files.name(of: path)
        do {
            try self.init(parsing: text)
        } catch {
            throw DriverError(
                "\(name):\(error.line): error: \(error.message)\n"
                    + "  hint: --from reads what \"unetc dump --stage STAGE\" prints as text, of any stage but kernels")
        }
        guard let faults else { return }
        let shown = faults.messages.prefix(5).joined(separator: "\n  ")
        let more = faults.messages.count > 5 ? "\n  and \(faults.messages.count - 5) more" : ""
        throw DriverError("\(name): error: \(faults.subject) breaks its rules\n  \(shown)\(more)")
    }

    /// A text of the language starts with a block, or has a list of parameters behind the graph's name.
    private static func isOfTheLanguage(_ text: String) -> Bool {
        let lines = text.split(separator: "\n").map { $0.drop { $0 == " " || $0 == "\t" } }
        guard let first = lines.first(where: { !$0.isEmpty && !$0.hasPrefix("//") }) else { return false }
        return first.hasPrefix("block") || first.hasPrefix("graph") && first.contains("(")
    }
}
