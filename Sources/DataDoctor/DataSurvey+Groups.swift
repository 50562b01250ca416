import Base
import DataSets

extension DataSurvey {
    /// Names that look as if several pictures were of one patient, slide or video, on both sides of a split that nobody told
    /// of groups.
    var groupFindings: [Finding] {
        guard groups == nil, !isParted, !training.isEmpty, !testing.isEmpty else { return [] }
        for pattern in Self.patterns {
            guard let rule = try? GroupRule(parsing: pattern), let names = try? rule.groups(of: pairs.map(\.pair.stem))
            else { continue }
            guard let members = Self.members(names) else { continue }
            let isTesting = Set(testing)
            let across = members.filter { group in
                group.contains(where: isTesting.contains) && !group.allSatisfy(isTesting.contains)
            }
            guard !across.isEmpty else { continue }
            let example = across[0].prefix(2).map { pairs[$0].pair.stem }
            return [
                Finding(
                    .warning, .groupsAcross,
                    "names look as if \(pairs.count) pictures were of \(members.count) patients, slides or videos, "
                        + "\(across.count) of which are both trained on and tested on, such as \(Text.list(example))",
                    advice: "if they are, tests promise too much: keep them whole with --groups \"\(pattern)\"",
                    pairs: across.flatMap { $0 })
            ]
        }
        return []
    }

    /// What stands before the first sign, and before the last.
    private static let patterns = ["{}_*", "{}-*", "^(.*)_", "^(.*)-"]

    /// The members of groups, where names look like some: nearly all have one, there are at least two of them, of two members
    /// in the mean, and they are numbered, as breeds and places are not.
    private static func members(_ names: [String?]) -> [[Int]]? {
        var members: [ExactText: [Int]] = [:]
        for (index, name) in names.enumerated() {
            guard let name, name.utf8.contains(where: { (0x30...0x39).contains($0) }) else { continue }
            members[ExactText(name), default: []].append(index)
        }
        let count = members.values.reduce(0) { $0 + $1.count }
        guard names.count >= 6, count * 10 >= names.count * 9, members.count > 1, members.count * 2 <= count else {
            return nil
        }
        return members.values.sorted { $0[0] < $1[0] }
    }
}
