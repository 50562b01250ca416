import Base
import DataSets
import Tasks
import TrainerSupport

/// What the trainer says of its data before it starts: the doctor's findings, shortly.
package struct DataNotices {
    package private(set) var findings: [Finding]

    /// Lines that are printed at most.
    private static let shownCount = 8

    /// - Parameter found: what was found in files; nil for samples that were drawn.
    package init(_ data: DataSet, _ found: DataFindings?, _ names: ClassNames) {
        var survey = DataSurvey()
        survey.task = data.shape.task
        survey.shape = data.shape
        survey.training = data.training
        survey.testing = data.testing
        if let found, found.pairs.count == data.samples.count {
            survey.pairs = found.pairs
            survey.map = found.masks?.map
            survey.palettes = found.palettes
            survey.range = found.range
            survey.groups = found.groups
            survey.isParted = found.isParted
            survey.isOriented = data.reader?.decoding.appliesOrientation ?? true
        } else {
            survey.training = []
            survey.testing = []
        }
        // Files that were left out have been named already.
        findings = (survey.findings + data.findings(names, pairs: survey.pairs, map: survey.map)).graded
    }

    /// Says it whatever else there is to say.
    package mutating func putFirst(_ finding: Finding) {
        findings.removeAll { $0.code == finding.code }
        findings.insert(finding, at: 0)
    }

    package func tell(_ console: Console) {
        for finding in findings.prefix(Self.shownCount) {
            let words = finding.words(names: 1)
            if finding.severity == .note { console.say("note: " + words) } else { console.warn(words) }
        }
        let rest = findings.count - Self.shownCount
        if rest > 0 {
            let verb = rest == 1 ? "is" : "are"
            console.say("note: there \(verb) \(Text.count(rest, "more finding")); trainer doctor lists them all")
        }
    }
}
