import Base
import Imaging
import Tasks
import TrainerSupport

/// Which data to train on and how to part it; a run remembers it.
package struct DataSettings: Hashable, Sendable {
    /// `--data`; nil with `pictures` nil for the embedded pictures.
    package var folder: String?
    /// `--images` and `--masks`.
    package var pictures: String?
    package var masks: String?
    /// `--mask-name`: how masks are named after their pictures; nil to find it out.
    package var maskName: MaskName?
    /// `--pairs`: the file that lists pictures and masks.
    package var pairs: String?
    package var map: MaskMap?
    /// What the indices of palette masks mean; nil to find it out.
    package var palettes: PaletteRule?
    /// What annotations call their objects, from value 1 on; of labels that may overlap what files or annotations call them. nil
    /// to find it out, and where masks are pictures.
    package var labels: [String]?
    /// `--sparse-labels`: whether a file that is not there means that its label is nowhere in the picture.
    package var hasSparseLabels = false
    /// `--range`: which numbers of pictures become 0 and 1.
    package var rangeSetting = RangeSetting.auto
    /// What that is; nil to settle it by the pictures that train.
    package var range: PictureRange?
    /// `--normalize`: what the net is fed in place of numbers from 0 to 1.
    package var normalizationSetting = NormalizationSetting.range
    /// What that is; nil to settle it by the pictures that train.
    package var normalization: Normalization?
    /// `--channels`: how the files of a picture are named that has one a channel; nil for whole files, or to find it out.
    package var channels: ChannelNames?
    /// `--pages`: what the pages of a TIFF are that has several.
    package var pages = PageRule.automatic
    /// `--show-bands`: which bands people are shown; nil for the usual ones.
    package var shownBands: ShownBands?
    /// Whether pictures are turned as their EXIF orientation says.
    package var isOriented = true
    /// `--classes`: what to call the classes, from class 0, or the labels that overlap; empty for their numbers.
    package var classNames: [String] = []
    /// The share of samples that train; the rest test.
    package var split = 0.8
    /// The first ones in the order of names train, instead of a shuffled draw.
    package var isSorted = false
    /// `--patches`: what is cut out of pictures; nil for whole pictures at the net's size.
    package var patches: PatchSettings?
    /// What the net has seen the sides of its pictures multiplied by: as `patches` say, else of the median picture; nil where
    /// nobody knows.
    package var typicalScale: Double?
    /// `--groups`: which pictures belong together; nil where each stands for itself, or a list says it.
    package var groups: GroupRule?
    /// The part that tests, in place of `split`; nil without cross-validation.
    package var fold: Fold?

    package init(
        folder: String? = nil, pictures: String? = nil, masks: String? = nil, maskName: MaskName? = nil,
        pairs: String? = nil, map: MaskMap? = nil, palettes: PaletteRule? = nil, rangeSetting: RangeSetting = .auto,
        range: PictureRange? = nil,
        isOriented: Bool = true, classNames: [String] = [], split: Double = 0.8, isSorted: Bool = false,
        groups: GroupRule? = nil, fold: Fold? = nil
    ) {
        self.folder = folder
        self.pictures = pictures
        self.masks = masks
        self.maskName = maskName
        self.pairs = pairs
        self.map = map
        self.palettes = palettes
        self.rangeSetting = rangeSetting
        self.range = range
        self.isOriented = isOriented
        self.classNames = classNames
        self.split = split
        self.isSorted = isSorted
        self.groups = groups
        self.fold = fold
    }

    /// Takes what `--mask-map` comes to.
    package mutating func take(_ meaning: MaskMeaning.Settled) {
        map = meaning.map
        // What an earlier map said of colours goes with that map.
        palettes = meaning.colours ?? (palettes?.isTold == true ? nil : palettes)
        labels = meaning.labels ?? labels
        if !meaning.names.isEmpty { classNames = meaning.names }
    }

    /// Whether the normalisation asks for the numbers of whole pictures.
    var needsMoments: Bool {
        normalization?.needsMoments ?? [.meanStd, .perPicture].contains(normalizationSetting)
    }

    /// - Throws: `TrainerError` when `--show-bands` names one that the net does not have.
    package func checkShownBands(_ channels: Int) throws {
        guard let shownBands, !shownBands.areIn(channels) else { return }
        throw TrainerError(
            "--show-bands \(shownBands): the net has \(Text.count(channels, "channel"))",
            hint: "bands are counted from 1, in the order of the net's channels")
    }

    package var isEmbedded: Bool { folder == nil && pictures == nil && pairs == nil }

    /// What the data is called in messages.
    package var title: String { pairs ?? folder ?? pictures ?? EmbeddedSamples.title }

    /// How files are decoded.
    var decoding: DecodingOptions {
        var options = DecodingOptions(appliesOrientation: isOriented)
        options.keepsDepth = range?.keepsDepth ?? true
        options.pages = pages
        options.channelNames = channels
        return options
    }

    /// The same, bounded by a share of the memory.
    package func decoding(within shares: MemoryShares) -> DecodingOptions {
        var options = decoding
        options.supervisor = shares.supervisor
        return options
    }

    /// Where the files are; nil for the embedded pictures.
    /// - Throws: `TrainerError` when the folders are not there.
    package func layout(for task: TrainingTask) throws -> DataLayout? {
        isEmbedded
            ? nil
            : try layout(needsMasks: task.needsMasks).withLabels(
                task.labels.map { LabelRule(range: $0, names: labels ?? classNames, isSparse: hasSparseLabels) })
    }

    /// Where the files are.
    /// - Throws: `TrainerError` when the folders are not there.
    package func layout(needsMasks: Bool) throws -> DataLayout {
        try DataLayout.recognize(
            folder: folder, pictures: pictures, masks: masks, needsMasks: needsMasks, maskName: maskName, pairs: pairs
        ).withChannels(channels)
    }
}
