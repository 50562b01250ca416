import ArgumentParser
import DataSets
import Imaging
import TrainerSupport

/// How pictures are read.
struct PictureFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Which numbers of the pictures become 0 and 1: auto (8 bits: all; 16 bits: those that the training pictures use, "
                + "if they are less than half), full, two numbers such as 0-4095, or percentiles of the training "
                + "pictures such as p1-p99; what lies outside is cut. Default: the run's, or auto.",
            valueName: "range"),
        transform: { try RangeSetting(parsing: $0) })
    var range: RangeSetting?

    @Option(
        help: ArgumentHelp(
            "What the net is fed: range (0 to 1, as --range says), none (the numbers as they are), mean-std (each channel's "
                + "mean over the training pictures becomes 0, its standard deviation 1), or per-picture (the same of each "
                + "picture alone). Default: the run's, or range.",
            valueName: "rule"),
        transform: { try NormalizationSetting(parsing: $0) })
    var normalize: NormalizationSetting?

    @Option(
        help: ArgumentHelp(
            "How the files of a picture are named that has one a channel, such as red={}_R.tif,nir={}_N.tif, where {} is the "
                + "picture's name. Default: the run's; NAME_0000, NAME_0001 … beside masks NAME are found.",
            valueName: "names"),
        transform: { text in
            guard let names = ChannelNames(text) else {
                throw TrainerError(
                    "--channels \"\(text)\": expected one name a channel, each with one {} for the picture's name and no other "
                        + "twice", hint: "such as --channels \"red={}_R.tif,nir={}_N.tif\"")
            }
            return names
        })
    var channels: ChannelNames?

    @Option(
        help: ArgumentHelp(
            "What the pages of a TIFF are: channels, first (the picture is the first page), or auto (channels, where they "
                + "are as many as the net has). Default: the run's, or auto.",
            valueName: "rule"),
        transform: { text in
            guard let rule = PageRule(rawValue: text) else {
                throw TrainerError("--pages \"\(text)\": expected auto, first or channels")
            }
            return rule
        })
    var pages: PageRule?

    @Option(
        help: ArgumentHelp(
            "Which bands people are shown as red, green and blue, such as 4,3,2, or one as gray. Default: the run's, or the "
                + "first three, or the first one.",
            valueName: "bands"),
        transform: { text in
            guard let bands = ShownBands(text) else {
                throw TrainerError("--show-bands \"\(text)\": expected three numbers from 1 on such as 4,3,2, or one")
            }
            return bands
        })
    var showBands: ShownBands?

    @Flag(
        inversion: .prefixedNo,
        help: "Turn pictures as their EXIF orientation says, as viewers do; default: the run's, or yes.")
    var exif: Bool?

    /// The flags over what is settled already.
    func apply(to settings: inout DataSettings) {
        if let range, range != settings.rangeSetting {
            settings.rangeSetting = range
            settings.range = nil
        }
        if let normalize, normalize != settings.normalizationSetting {
            settings.normalizationSetting = normalize
            settings.normalization = nil
        }
        settings.channels = channels ?? settings.channels
        settings.pages = pages ?? settings.pages
        settings.shownBands = showBands ?? settings.shownBands
        settings.isOriented = exif ?? settings.isOriented
    }

    /// For pictures without a training part beside them.
    /// - Throws: `TrainerError` when the range depends on one.
    func applied(to recorded: DataSettings?) throws -> DataSettings {
        var settings = recorded ?? DataSettings()
        apply(to: &settings)
        try checkSettled(settings)
        if case .numbers(let span) = settings.rangeSetting, settings.range == nil { settings.range = .numbers(span) }
        settings.range = settings.range ?? .full
        if settings.normalization == nil {
            switch settings.normalizationSetting {
            case .none: settings.normalization = Normalization.none
            case .perPicture: settings.normalization = .perPicture
            case .range, .meanStd: settings.normalization = .range
            }
        }
        return settings
    }

    /// - Throws: `TrainerError` when a flag asks for a range by training pictures, of which there are none.
    func checkSettled(_ settings: DataSettings) throws {
        if normalize == .meanStd && settings.normalization == nil {
            throw TrainerError(
                "--normalize mean-std: mean and deviation are those of training pictures, which are not here",
                hint: "leave it out to take what the run was trained with")
        }
        guard let range, settings.range == nil else { return }
        switch range {
        case .full, .numbers: return
        case .auto, .percentiles:
            throw TrainerError(
                "--range \(range): the range is that of training pictures, which are not here",
                hint: "leave it out to take what the run was trained with, or give two numbers such as 0-4095")
        }
    }
}
