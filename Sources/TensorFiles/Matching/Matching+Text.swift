import Base

/// A matching in words.
extension Matching {
    /// All rows, a line each: the parameter, what is taken for it, and what becomes of it.
    public var table: String {
        let names = rows.map(\.wanted.text)
        let width = min(60, names.map(\.count).max() ?? 0)
        return zip(rows, names).map { row, name in
            let source = row.source.map { "<- " + $0.text + "  " } ?? ""
            return name + String(repeating: " ", count: max(0, width - name.count)) + "  " + source + row.word
        }.joined(separator: "\n")
    }

    /// What was loaded and what was not, in a few lines.
    public var summary: [String] {
        let taken = rows.filter(\.isTaken)
        var lines = ["\(taken.count) of \(Text.count(rows.count, "parameter")) loaded"]
        func add(_ words: String, _ rows: [Row]) {
            guard !rows.isEmpty else { return }
            lines.append("\(words): \(Text.list(rows.map(\.shown), most: 6))")
        }
        add("adapted to other channels", rows.filter { $0.outcome == .adapted })
        add("other classes, started anew", rows.filter { $0.outcome == .head })
        add("of other shapes, started anew", rows.filter { $0.outcome == .unfit })
        add("not in the file, started anew", rows.filter { if case .missing = $0.outcome { true } else { false } })
        if !unused.isEmpty { lines.append("in the file and not used: \(Text.list(unused.map(\.text), most: 6))") }
        return lines
    }

    /// What nobody has agreed to; nil when all fits.
    /// - Parameter file: how it is called.
    public func fault(of file: String) -> TensorFileError? {
        let faults = rows.filter(\.isFault)
        guard !faults.isEmpty else { return nil }
        let shown = faults.prefix(12).map { row -> String in
            switch row.outcome {
            case .missing(let nearest):
                "\(row.wanted.text): not in the file" + (nearest.map { "; the nearest there is \($0.text)" } ?? "")
            default: "\(row.wanted.text): the file has \(row.source?.text ?? "another")"
            }
        }
        let more = faults.count > shown.count ? "\n  and \(faults.count - shown.count) more" : ""
        let rest = unused.isEmpty ? "" : "\n  not used of the file: \(Text.list(unused.map(\.text), most: 12))"
        return TensorFileError(
            "\(file): \(faults.count) of \(Text.count(rows.count, "parameter")) do not fit:\n  "
                + shown.joined(separator: "\n  ") + more + rest,
            hint:
                "--skip-mismatch starts them anew; --map FROM=TO,… says what names in the file are called in the net; "
                + "--match order goes by order and shape")
    }
}

extension Matching.Row {
    /// `enc1.weight [64, 1, 3, 3] from [64, 3, 3, 3]`.
    fileprivate var shown: String {
        guard let source, source.shape != wanted.shape else { return wanted.text }
        return "\(wanted.text) from \(Text.shape(source.shape))"
    }

    /// What becomes of the parameter, in a word or two.
    public var word: String {
        switch outcome {
        case .loaded: "loaded"
        case .adapted: "adapted"
        case .head: "anew (other classes)"
        case .unfit: "anew (other shape)"
        case .missing: "anew (not in the file)"
        }
    }
}
