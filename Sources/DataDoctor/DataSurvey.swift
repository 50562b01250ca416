import DataSets
import Tasks
import TrainerSupport

/// All that is known about the files of a data set, for judging whether a net can be trained on them.
struct DataSurvey: Sendable {
    /// Those that can be used; the indices of `training` and `testing` count them.
    var pairs: [SurveyedPair] = []
    var report = DataReport()
    var task = TrainingTask.mask
    /// What mask values mean; nil without masks, and where they cannot be understood.
    var map: MaskMap?
    /// What the indices of palette masks mean; nil without such masks.
    var palettes: PaletteRule?
    /// Which numbers of the pictures become 0 and 1; nil where that cannot be told.
    var range: PictureRange?
    /// Whether pictures are turned as their EXIF orientation says.
    var isOriented = true
    /// What the net takes; nil where no net is known.
    var shape: SampleShape?
    /// What was kept whole when they were parted; nil without groups.
    var groups: GroupFindings?
    /// Whether the data comes parted.
    var isParted = false
    var training: [Int] = []
    var testing: [Int] = []

    /// Everything that can be told from the files, the worst first.
    var findings: [Finding] {
        (fileFindings + pictureFindings + rangeFindings + orientationFindings + maskFindings + classFindings
            + duplicateFindings + groupFindings).graded
    }

    /// The pairs that train; all of them where there is no split.
    var trainingPairs: [SurveyedPair] { training.isEmpty ? pairs : training.map { pairs[$0] } }

    func pictures(_ indices: [Int]) -> [String] { indices.map { Self.short(pairs[$0].pair.picture) } }

    func masks(_ indices: [Int]) -> [String] { indices.compactMap { pairs[$0].pair.mask.map(Self.short) } }

    /// The pairs that have something in common, by their place.
    func indices(where isMeant: (PairFacts) -> Bool) -> [Int] { pairs.indices.filter { isMeant(pairs[$0].facts) } }

    /// `images/a.png`: a file's name and that of its folder.
    static func short(_ path: String) -> String {
        FileSystem.join(FileSystem.name(FileSystem.parent(path)), FileSystem.name(path))
    }
}

extension MaskFacts {
    /// The share of the mask's pixels that a class has; `ClassRange.void` asks for the ignored ones.
    func count(of number: UInt8, _ map: MaskMap) -> Int {
        map.values(of: number).reduce(0) { $0 + values.count(of: $1) }
    }
}
