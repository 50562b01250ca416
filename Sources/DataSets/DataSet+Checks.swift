import Base
import Tasks
import TrainerSupport

extension DataSet {
    /// Whether the test masks have something to find, where the net looks: an object, or pixels of any class. Without that,
    /// measures of overlap say nothing. True for nets that learn their input, and without tests.
    /// - Throws: `TrainerError` when a file is no longer what it was.
    package func testsHaveTruth() throws -> Bool {
        guard shape.task.needsMasks, !testing.isEmpty else { return true }
        let task = shape.task
        let found = testing.filter { samples[$0].classes.bytes.contains(where: task.isTruth) }
        guard shape.hasMargin, patches == nil else { return !found.isEmpty }
        return try found.contains { try shape.middle(of: sample($0).mask).contains(where: task.isTruth) }
    }

    /// - Parameter fold: of cross-validation, the part that tests.
    /// - Throws: `TrainerError` when there is nothing to train on, or the training masks are all of one kind.
    package func checkTrainable(fold: Fold? = nil) throws {
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
        case .labels:
            guard classes(of: training).isEmpty else { return }
            throw TrainerError(
                "no pixel of any label in the masks of \(many) (the first is of \(samples[first].file))",
                hint: "look whether these are the right masks")
        case .reconstruction: return
        }
    }

    /// The classes, or labels, that occur in the masks of samples, in ascending order.
    package func classes(of indices: [Int]) -> [Int] {
        var seen = ByteSet()
        for index in indices { seen.formUnion(samples[index].classes) }
        if shape.task.labels != nil { return LabelRange.numbers(of: seen.bytes.reduce(0) { $0 | $1 }) }
        return seen.bytes.filter { $0 != ClassRange.void }.map(Int.init)
    }
}
