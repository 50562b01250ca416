import Platform

/// What the process was given by name.
package enum Environment {
    /// All of it; of a name that is there twice the first.
    package static var all: [String: String] {
        var result: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, result[String(parts[0])] == nil { result[String(parts[0])] = String(parts[1]) }
            next += 1
        }
        return result
    }
}
