import Base
import FileAccess
import Strategy

/// A Python with the packages that something is compared with. The compiler itself needs none.
package struct PythonProgram {
    package let path: String

    /// The Python that is named, or the first of some places that has the packages.
    ///
    /// - Parameters:
    ///   - path: what the user named.
    ///   - variable: of the environment, which may name one.
    /// - Returns: nil where none is named and none of the places has them.
    /// - Throws: `DriverError` for one that is named and lacks a package.
    package static func find(_ path: String?, variable: String, packages: [String]) throws -> PythonProgram? {
        if let named = path ?? Files.environment(variable) {
            let python = PythonProgram(path: named)
            if let reason = python.missing(packages) {
                throw DriverError(
                    "\(named): expected a Python with \(packages.joined(separator: " and ")): \(reason)\n"
                        + "  hint: pip install \(packages.joined(separator: " "))")
            }
            return python
        }
        // Where scripts/setup-python.sh makes one.
        let cache = Files.environment("XDG_CACHE_HOME") ?? Files.environment("HOME").map { $0 + "/.cache" }
        let places = (cache.map { ["\($0)/unetc/test-python/bin/python3"] } ?? []) + ["python3"]
        return places.map(PythonProgram.init).first { $0.missing(packages) == nil }
    }

    /// The last line of what Python says when it loads the packages; nil where it can.
    private func missing(_ packages: [String]) -> String? {
        let imports = packages.map { "import \($0)" }.joined(separator: "; ")
        do {
            let result = try Command(program: path, arguments: ["-c", imports]).run()
            return result.status == 0 ? nil : lastLine(result.output)
        } catch {
            return "\(error)"
        }
    }

    /// Runs a text.
    /// - Returns: the last line that it printed.
    /// - Throws: `DriverError` with the last line of what it said, when it fails.
    package func run(_ script: String, _ arguments: [String]) throws -> String {
        let result = try Command(program: path, arguments: ["-c", script] + arguments).run()
        guard result.status == 0 else { throw DriverError("\(path): \(lastLine(result.output))") }
        return lastLine(result.output)
    }

    private func lastLine(_ text: String) -> String {
        text.split(separator: "\n").last.map(String.init) ?? "it says nothing"
    }
}
