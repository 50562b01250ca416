import Base
import DataSets
import Tasks
import TrainerSupport

extension DataSurvey {
    /// Classes that are rare in the training masks.
    var classFindings: [Finding] {
        guard let balance = ClassBalance(self), balance.isUneven else { return [] }
        if let weight = balance.positiveWeight {
            guard weight > 9 else { return [] }
            let share = Text.fixed(100 * balance.share(1), balance.share(1) < 0.01 ? 2 : 1)
            return [
                Finding(
                    .note, .rareObject, "object covers \(share) % of the training masks",
                    advice: "plain bce_with_logits may learn to find nothing: give it pos_weight: "
                        + "\(ClassBalance.number(weight)), or add dice_loss")
            ]
        }
        guard let weights = balance.weights else { return [] }
        let rare = weights.indices.filter { weights[$0] > 4 }
        let list = rare.map { "\($0) (\(Text.fixed(100 * balance.share($0), 2)) %)" }.joined(separator: ", ")
        return [
            Finding(
                .note, .rareClasses, "rare in the training masks: \(rare.count == 1 ? "class" : "classes") \(list)",
                advice: "give cross_entropy weights if they matter")
        ]
    }
}

extension DataSet {
    /// Why nothing can be learned from the samples; nil when something can.
    var trainingFault: Finding? {
        do {
            try checkTrainable()
            return nil
        } catch let error as TrainerError {
            return Finding(training.isEmpty ? .nothingToTrain : .noObject, error)
        } catch {
            return Finding(.error, .noObject, "\(error)")
        }
    }

    /// What there is to say where `testsHaveTruth` says no.
    package func nothingToFind() -> Finding {
        let measures = shape.task.measures.map(\.title).joined(separator: " and ")
        return Finding(
            .warning, .untestedObject, shape.task.withoutTruth,
            advice: "\(measures) say nothing (\(Measure.nothing)), and the best weights are chosen by the test loss")
    }

    /// What can be told from the samples at the net's size: classes that do not occur, and objects that were lost when
    /// their masks were made smaller.
    ///
    /// - Parameter pairs: the files of the samples, in their order; none for samples that were drawn.
    package func findings(_ names: ClassNames, pairs: [SurveyedPair], map: MaskMap?) -> [Finding] {
        lostDetail(names, pairs: pairs) + taskFindings(names, pairs, map)
    }

    private func taskFindings(_ names: ClassNames, _ pairs: [SurveyedPair], _ map: MaskMap?) -> [Finding] {
        switch shape.task {
        case .mask:
            let isTested = testing.isEmpty || testing.contains { samples[$0].classes.contains(1) }
            return (isTested ? [] : [nothingToFind()]) + lostObjects(pairs, map)
        case .classes(let range):
            let trained = classes(of: training)
            let tested = classes(of: testing)
            let unseen = (0..<range.count).filter { !trained.contains($0) }
            let untested = testing.isEmpty ? [] : trained.filter { !tested.contains($0) }
            return [
                missing(
                    .untrainedClasses, unseen, names, "in no training mask",
                    "the net cannot learn to find \(unseen.count == 1 ? "it" : "them")"),
                missing(
                    .untestedClasses, untested, names, "in no test mask",
                    "the mean IoU is that of the others, without \(untested.count == 1 ? "it" : "them")"),
            ].compactMap { $0 }
        case .labels(let range):
            let trained = classes(of: training)
            let tested = classes(of: testing)
            return [
                missing(
                    .untrainedClasses, (0..<range.count).filter { !trained.contains($0) }, names, "in no training mask",
                    "the net learns that they are nowhere"),
                missing(
                    .untestedClasses, testing.isEmpty ? [] : trained.filter { !tested.contains($0) }, names,
                    "in no test mask", "the means are those of the others"),
            ].compactMap { $0 } + lostLabels(pairs, range)
        case .reconstruction: return []
        }
    }

    /// Masks of which a label is in the file, and not at the net's size.
    private func lostLabels(_ pairs: [SurveyedPair], _ range: LabelRange) -> [Finding] {
        guard pairs.count == samples.count, patches == nil else { return [] }
        return lost(
            samples.indices.filter { index in
                let seen = classes(of: [index])
                return (0..<range.count).contains { number in
                    !seen.contains(number) && (pairs[index].facts.mask?.values.count(ofLabel: number) ?? 0) > 0
                }
            }, pairs)
    }

    private func missing(
        _ code: Finding.Code, _ classes: [Int], _ names: ClassNames, _ place: String, _ advice: String
    ) -> Finding? {
        guard !classes.isEmpty else { return nil }
        let list = classes.map { names.label($0) }.joined(separator: ", ")
        let nouns = shape.task.labels == nil ? ("class", "classes") : ("label", "labels")
        let (noun, verb) = classes.count == 1 ? (nouns.0, "occurs") : (nouns.1, "occur")
        let severity: Finding.Severity = code == .untrainedClasses ? .warning : .note
        return Finding(severity, code, "\(noun) \(list) \(verb) \(place)", advice: advice)
    }

    /// Masks that have an object in the file, and none at the net's size.
    private func lostObjects(_ pairs: [SurveyedPair], _ map: MaskMap?) -> [Finding] {
        guard let map, pairs.count == samples.count else { return [] }
        return lost(
            samples.indices.filter { index in
                (pairs[index].facts.mask?.count(of: 1, map) ?? 0) > 0 && !samples[index].classes.contains(1)
            }, pairs)
    }

    private func lost(_ lost: [Int], _ pairs: [SurveyedPair]) -> [Finding] {
        guard !lost.isEmpty else { return [] }
        return [
            Finding(
                .warning, .lostObjects,
                "\(Text.count(lost.count, "mask has an object", "masks have objects")) too small for the net's size, "
                    + "\(shape.width)x\(shape.height)",
                advice: "compile the graph for a larger size, or cut the pictures into parts",
                files: lost.compactMap { pairs[$0].pair.mask.map(DataSurvey.short) }, pairs: lost)
        ]
    }
}
