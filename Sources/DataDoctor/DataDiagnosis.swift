import Base
import DataSets
import Imaging
import Tasks
import TrainerSupport

/// What the doctor has found out about a data set.
public struct DataDiagnosis: Sendable {
    var settings: DataSettings
    var seed: UInt64
    var net: DoctorNet?
    /// nil when none was recognised.
    var layout: DataLayout?
    var pairings: [SamplePairing] = []
    /// What masks are drawn from; nil where they are pictures.
    var drawn: String?
    var survey = DataSurvey()
    /// How files were decoded.
    var decoding = DecodingOptions()
    package private(set) var findings: [Finding] = []

    init(settings: DataSettings, seed: UInt64, net: DoctorNet?) {
        self.settings = settings
        self.seed = seed
        self.net = net
    }

    /// True when nothing was found that keeps training from working.
    public var isTrainable: Bool { findings.count(of: .error) == 0 }

    var names: ClassNames? { try? ClassNames(settings.classNames, task: survey.task) }

    mutating func add(_ finding: Finding) { findings.append(finding) }

    /// Takes over the samples: how they are parted, and what can be told from them.
    mutating func take(_ loaded: LoadedSamples, _ layout: DataLayout, _ shape: SampleShape) {
        survey.report = loaded.report
        survey.pairs = loaded.findings.pairs
        survey.map = loaded.findings.masks?.map
        survey.palettes = loaded.findings.palettes
        var data: DataSet
        do {
            data = try split(loaded, layout, shape)
        } catch {
            add(Finding(.groups, error as? TrainerError ?? TrainerError("\(error)")))
            return
        }
        do {
            try data.settleRange(settings.rangeSetting, pairs: survey.pairs)
        } catch {
            add(Finding(.layout, error as? TrainerError ?? TrainerError("\(error)")))
        }
        survey.range = data.range
        survey.training = data.training
        survey.testing = data.testing
        if let fault = data.trainingFault { add(fault) }
        if let names { findings += data.findings(names, pairs: survey.pairs, map: net == nil ? nil : survey.map) }
    }

    private mutating func split(
        _ loaded: LoadedSamples, _ layout: DataLayout, _ shape: SampleShape
    ) throws -> DataSet {
        let partition = Partition(settings, seed: seed)
        guard layout.isParted else {
            let parts = try partition.parts(of: loaded.samples.map(\.member))
            survey.groups = parts.groups
            return DataSet(shape: shape, samples: loaded.samples, reader: loaded.reader, parts: parts)
        }
        survey.isParted = true
        // Training comes first in the layout, and so in the indices.
        let groups = zip(layout.folders, loaded.groups)
        let training = groups.filter { $0.0.part == .training }.flatMap { $0.1 }
        let testing = groups.filter { $0.0.part != .training }.flatMap { $0.1 }
        try partition.check(training: training, testing: testing)
        return DataSet(shape: shape, training: training, testing: testing, reader: loaded.reader)
    }

    /// Adds what the survey tells; with `isStrict`, files that would be skipped are errors.
    mutating func finish(isStrict: Bool) {
        findings += survey.findings + subfolders
        if isStrict {
            for index in findings.indices where Self.skipping.contains(findings[index].code) {
                findings[index].severity = .error
            }
        }
        findings = findings.graded
    }

    private static let skipping: Set<Finding.Code> = [.unusable, .foreign, .pictureAlone, .maskAlone, .sameName]

    private var subfolders: [Finding] {
        let found = pairings.flatMap(\.subfolders)
        guard !found.isEmpty else { return [] }
        return [
            Finding(
                .note, .subfolders,
                "\(Text.count(found.count, "folder")) inside the folders of pictures and masks "
                    + "\(found.count == 1 ? "is" : "are") not looked into",
                advice: "move the files up if they belong to the data", files: found.map(DataSurvey.short))
        ]
    }

    /// The lines for the graph's loss; nil where weights have no meaning.
    var lossLine: String? {
        ClassBalance(survey)?.lossLine(
            output: net?.output ?? "logits",
            target: net?.target ?? (survey.task == .mask ? "mask" : "labels"), ignore: survey.task.classes?.ignore)
    }
}
