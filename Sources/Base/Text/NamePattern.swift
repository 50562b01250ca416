/// A pattern of dotted names, such as `encoder.*`: `*` stands for any letters, dots too, and `?` for one.
public struct NamePattern: Hashable, Sendable, CustomStringConvertible {
    public var text: String

    public init(_ text: String) { self.text = text }

    public var description: String { text }

    public func matches(_ name: String) -> Bool {
        let (pattern, letters) = (Array(text.unicodeScalars), Array(name.unicodeScalars))
        var (place, letter) = (0, 0)
        // Where the last `*` stands, and how many letters it takes so far: it takes one more when the rest does not fit.
        var star: (place: Int, letter: Int)?
        while letter < letters.count {
            if place < pattern.count, pattern[place] == "*" {
                star = (place, letter)
                place += 1
            } else if place < pattern.count, pattern[place] == "?" || pattern[place] == letters[letter] {
                place += 1
                letter += 1
            } else if let last = star {
                star = (last.place, last.letter + 1)
                place = last.place + 1
                letter = last.letter + 1
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == "*" }
    }

    /// What is wrong with a pattern that none of `names` is like; nil when one is.
    /// - Returns: `no parameter is called like "encodr.*"`, and as a hint the nearest of the names and all of their beginnings.
    public func fault(among names: [String], _ what: String = "parameter") -> (message: String, hint: String)? {
        guard !names.contains(where: matches) else { return nil }
        var beginnings: [String] = []
        var seen: Set<String> = []
        for name in names {
            let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            for count in 1...parts.count {
                let beginning = parts[..<count].joined(separator: ".")
                if seen.insert(beginning).inserted { beginnings.append(beginning) }
            }
        }
        let plain = String(text.prefix { $0 != "*" && $0 != "?" })
        let word = plain.hasSuffix(".") ? String(plain.dropLast()) : plain
        let rest = String(text.dropFirst(word.count))
        let near = nearMiss(word, among: beginnings).map { "did you mean \"\($0)\(rest)\"? " } ?? ""
        let first = beginnings.filter { !$0.contains(".") }
        return (
            "no \(what) is called like \"\(text)\"",
            near + (first.isEmpty ? "there are none" : "their names begin with \(Text.list(first, most: 12))")
        )
    }

    /// What is wrong with patterns that hold one of a normalisation's running moments and not the other; nil when there is no such.
    ///
    /// Tests would normalise by the mean of one time and the variance of another.
    /// - Parameter names: of all parameters.
    /// - Returns: the pattern that holds the one, and what to say.
    public static func faultOfMoments(
        _ patterns: [NamePattern], _ names: [String]
    ) -> (pattern: NamePattern, message: String, hint: String)? {
        let (mean, variance) = (".running_mean", ".running_var")
        for name in names where name.hasSuffix(mean) {
            let pair = [name, name.dropLast(mean.count) + variance]
            let holders = pair.map { name in patterns.last { $0.matches(name) } }
            guard let held = holders.firstIndex(where: { $0 != nil }), let pattern = holders[held],
                holders[1 - held] == nil
            else { continue }
            return (
                pattern, "\"\(pair[held])\" would stay as it is and \"\(pair[1 - held])\" would not",
                "a normalisation goes by both or by the batch: name both, as \"*.running_*\" does"
            )
        }
        return nil
    }
}
