extension DataSurvey {
    /// Pictures that are there more than once, by content: across the split, within it, and with other masks.
    var duplicateFindings: [Finding] {
        let groups = equalPictures
        let isTesting = Set(testing)
        func isAcross(_ group: [Int]) -> Bool {
            group.contains(where: isTesting.contains) && !group.allSatisfy(isTesting.contains)
        }
        let across = groups.filter(isAcross)
        let within = groups.filter { !isAcross($0) }
        let contradictions = groups.filter { group in
            group.contains { pairs[$0].facts.mask?.content != pairs[group[0]].facts.mask?.content }
        }
        return [
            finding(
                .warning, .duplicatesAcross, across,
                "are both trained on and tested on, so that tests promise too much",
                "remove one of each"),
            finding(
                .warning, .contradictions, contradictions, "are there twice with different masks",
                "keep the right mask"),
            finding(.note, .duplicates, within, "are there more than once", "remove what is too many"),
        ].compactMap { $0 }
    }

    /// Indices of pairs whose pictures are equal, in ascending order; plain pictures are left out.
    var equalPictures: [[Int]] {
        var places: [UInt64: Int] = [:]
        var groups: [[Int]] = []
        for (index, pair) in pairs.enumerated() where !pair.facts.isPlain {
            if let place = places[pair.facts.content] {
                groups[place].append(index)
            } else {
                places[pair.facts.content] = groups.count
                groups.append([index])
            }
        }
        return groups.filter { $0.count > 1 }
    }

    private func finding(
        _ severity: Finding.Severity, _ code: Finding.Code, _ groups: [[Int]], _ what: String, _ advice: String
    ) -> Finding? {
        guard !groups.isEmpty else { return nil }
        let names = groups.map { group in pictures(group).joined(separator: " = ") }
        let count = groups.count == 1 ? "one picture's copies" : "the copies of \(groups.count) pictures"
        return Finding(severity, code, "\(count) \(what)", advice: advice, files: names, pairs: groups.flatMap { $0 })
    }
}
