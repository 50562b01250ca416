import Base

/// How names in a file become those of a net: beginnings that are replaced by others, as `inc.double_conv.0=enc1.conv1,…` says.
public struct NameRules: Hashable, Sendable {
    struct Rule: Hashable, Sendable {
        var from: String
        var to: String
    }

    var rules: [Rule] = []

    /// Names stay as they are.
    public init() {}

    /// Reads rules FROM=TO, parted by commas or lines; what follows a `#` is said to people. An empty side stands for nothing: `=encoder` puts
    /// `encoder.` before all names.
    /// - Throws: `TensorFileError` that names the rule.
    public init(parsing text: String) throws {
        for line in text.split(whereSeparator: \.isNewline) {
            for part in line.prefix(while: { $0 != "#" }).split(separator: ",") {
                let rule = part.filter { !$0.isWhitespace }
                if rule.isEmpty { continue }
                let sides = rule.split(separator: "=", omittingEmptySubsequences: false).map(Self.stem)
                guard sides.count == 2, sides[0] != sides[1] else {
                    throw TensorFileError(
                        "the rule \"\(rule)\" is none",
                        hint: "rules are FROM=TO, the beginning of names in the file and what the net has for it: "
                            + "inc.double_conv.0=enc1.conv1")
                }
                guard !rules.contains(where: { $0.from == sides[0] }) else {
                    throw TensorFileError("two rules replace \"\(sides[0])\"")
                }
                rules.append(Rule(from: sides[0], to: sides[1]))
            }
        }
    }

    /// A beginning without the dot behind it, or the star.
    private static func stem(_ side: Substring) -> String {
        var stem = side
        if stem.hasSuffix("*") { stem.removeLast() }
        if stem.hasSuffix(".") { stem.removeLast() }
        return String(stem)
    }

    /// The net's name for a name in the file: by the rule with the longest beginning, or the name itself.
    func renamed(_ name: String) -> String {
        guard let rule = rule(for: name) else { return name }
        let rest = name.dropFirst(rule.from.count)
        let tail = rest.hasPrefix(".") ? rest.dropFirst() : rest
        return tail.isEmpty ? rule.to : rule.to.isEmpty ? String(tail) : rule.to + "." + tail
    }

    /// The rule that a name is renamed by.
    func rule(for name: String) -> Rule? {
        rules.filter { $0.from.isEmpty || name == $0.from || name.hasPrefix($0.from + ".") }.max {
            $0.from.utf8.count < $1.from.utf8.count
        }
    }
}
