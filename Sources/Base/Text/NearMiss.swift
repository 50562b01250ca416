/// The candidate that `word` is most likely a slip of: at most a third of its letters wrong, swapped, missing or too
/// many; else one that begins like it (`kernel` for `kernel_size`). The first of equally near ones wins.
public func nearMiss(_ word: String, among candidates: [String]) -> String? {
    let letters = Array(word.lowercased().unicodeScalars)
    // Longer words are not slips of a name; the bound also keeps hostile input cheap.
    guard letters.count <= 64 else { return nil }
    var best: (candidate: String, distance: Int)?
    for candidate in candidates where candidate != word {
        let other = Array(candidate.lowercased().unicodeScalars)
        let limit = max(1, max(letters.count, other.count) / 3)
        guard abs(letters.count - other.count) <= limit else { continue }
        let distance = editDistance(letters, other)
        // A single letter is a slip of any other one, which says nothing.
        guard distance <= limit, distance < max(letters.count, other.count) else { continue }
        if distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    return best?.candidate ?? candidates.first { beginAlike(letters, Array($0.lowercased().unicodeScalars)) }
}

/// True if one begins with the other, which has three letters at least.
private func beginAlike(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Bool {
    let common = min(a.count, b.count)
    return common >= 3 && a.count != b.count && a.prefix(common) == b.prefix(common)
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one sequence into the other.
func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 0..<a.count {
        var row = [i + 1] + [Int](repeating: 0, count: b.count)
        for j in 0..<b.count {
            let replaced = last[j] + (a[i] == b[j] ? 0 : 1)
            row[j + 1] = min(replaced, last[j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1) }
        }
        (beforeLast, last) = (last, row)
    }
    return last[b.count]
}
