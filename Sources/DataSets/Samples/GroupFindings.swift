import Base

/// What was kept whole when samples were parted.
package struct GroupFindings: Hashable, Sendable {
    /// `--groups`; nil for those of a list.
    var rule: String?
    package var count: Int
    /// How many of them test.
    var testing: Int
    /// Samples of no group, each of which stands for itself.
    var alone: Int

    /// `12 groups by "{}_*" are kept whole: 9 train, 3 test`.
    package var text: String {
        let by = rule.map { " by \"\($0)\"" } ?? " of the list"
        let rest = alone == 0 ? "" : ", \(Text.count(alone, "picture")) of no group among them"
        return "\(Text.count(count, "group"))\(by) \(count == 1 ? "is" : "are") kept whole: \(count - testing) train, "
            + "\(testing) test\(rest)"
    }
}
