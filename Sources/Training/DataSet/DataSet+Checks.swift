extension DataSet {
    /// - Parameter fold: of cross-validation, the part that tests.
    /// - Throws: `TrainerError` when there is nothing to train on, or the training masks are all of one kind.
    func checkTrainable(fold: Fold? = nil) throws {
        if let fold, testing.isEmpty {
            throw TrainerError(
                "--folds \(fold.count): there are only \(Text.count(samples.count, "picture"))",
                hint: "use fewer folds or more pictures")
        }
        guard let first = training.first else {
            throw TrainerError(
                "the split of \(Text.count(samples.count, "sample")) leaves none to train on",
                hint: "use a larger --split or more pictures")
        }
        let many = Text.count(training.count, "training picture")
        switch shape.task {
        case .mask:
            guard !training.contains(where: { samples[$0].classes.contains(1) }) else { return }
            throw TrainerError(
                "no foreground at all in the masks of \(many) (the first is of \(samples[first].file))",
                hint: "say which mask values mean object with --mask-map, such as --mask-map 0=0,1=1")
        case .classes:
            let found = classes(of: training)
            guard found.count < 2, let only = found.first else { return }
            throw TrainerError(
                "the masks of \(many) hold nothing but class \(only) (the first is of \(samples[first].file))",
                hint: "say which mask values mean which class with --mask-map, such as --mask-map 0=0,1=1")
        case .reconstruction: return
        }
    }

    /// What the user may want to know before training, a line each: masks without any object in them, and classes that
    /// do not occur.
    func notes(_ names: ClassNames) -> [String] {
        switch shape.task {
        case .mask:
            let empty = training.filter { !samples[$0].classes.contains(1) }
            guard let first = empty.first else { return [] }
            return [
                "\(empty.count) of \(Text.count(training.count, "training mask")) "
                    + "\(empty.count == 1 ? "has" : "have") no object (the first is of \(samples[first].file))"
            ]
        case .classes(let range):
            let trained = classes(of: training)
            let tested = classes(of: testing)
            let unseen = (0..<range.count).filter { !trained.contains($0) }
            let untested = trained.filter { !tested.contains($0) }
            return [
                (unseen, "in no training mask, so the net cannot learn to find"),
                (testing.isEmpty ? [] : untested, "in no test mask, so the mean IoU is that of the others, without"),
            ].compactMap { classes, what in
                guard !classes.isEmpty else { return nil }
                let isOne = classes.count == 1
                let list = classes.map { names.label($0) }.joined(separator: ", ")
                return "\(isOne ? "class" : "classes") \(list) \(isOne ? "occurs" : "occur") \(what) "
                    + (isOne ? "it" : "them")
            }
        case .reconstruction: return []
        }
    }

    /// The classes that occur in the masks of samples, in ascending order.
    private func classes(of indices: [Int]) -> [Int] {
        var seen = ByteSet()
        for index in indices { seen.formUnion(samples[index].classes) }
        return seen.bytes.filter { $0 != ClassRange.void }.map(Int.init)
    }
}
