import ArgumentParser

/// Cross-validation.
struct FoldFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Part the pictures into so many folds and train as many times, each time testing on another fold; the "
                + "runs are fold-1, fold-2 and so on in --out.", valueName: "count"))
    var folds: Int?

    @Option(help: ArgumentHelp("Of --folds, train this one alone, counted from 1.", valueName: "number"))
    var fold: Int?

    mutating func validate() throws {
        if let folds, !(2...1000).contains(folds) {
            throw ValidationError("--folds takes a number from 2, found \(folds).")
        }
        if let fold, let folds, !(1...folds).contains(fold) {
            throw ValidationError("--fold takes a number from 1 to \(folds), found \(fold).")
        }
        if fold != nil && folds == nil { throw ValidationError("--fold is given together with --folds.") }
    }
}
