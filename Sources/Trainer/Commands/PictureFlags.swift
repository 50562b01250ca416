import ArgumentParser
import DataSets
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
        return settings
    }

    /// - Throws: `TrainerError` when a flag asks for a range by training pictures, of which there are none.
    func checkSettled(_ settings: DataSettings) throws {
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
