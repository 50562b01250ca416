import Base
import TestSupport

extension FuzzSubject {
    /// `predict`, `predict --tiles`, `train` and `doctor` on a folder in which one picture and one mask are broken files of
    /// all formats that are read: headers, chunks, streams, segments, tables, scans, directories and EXIF.
    /// - Parameter fault: goes wrong on purpose.
    public static func pictures(planting fault: PlantedPictureFault? = nil) -> FuzzSubject {
        let trial = PictureTrial(fault: fault)
        return FuzzSubject(name: "pictures", makeInput: pictureInput, check: trial.check)
    }
}

extension FuzzSubject {
    /// The same files, read alone: many in a second.
    public static func decoders() -> FuzzSubject {
        let trial = PictureTrial(fault: nil)
        return FuzzSubject(name: "decoders", makeInput: pictureInput, check: trial.checkReadings)
    }
}

/// Promises that the subject `pictures` breaks on purpose.
public enum PlantedPictureFault: String, Sendable, CaseIterable {
    /// A temporary file stays.
    case leftover
    /// The mask of a sound picture is another one.
    case mask
    /// A file that is left out is not named.
    case silence
    /// A command ends with an exit code of its own.
    case status
    /// More memory than pictures may take.
    case memory
    /// A file stays open.
    case descriptor
    /// Two threads write to one place: for the thread sanitizer, and noticed by nobody else.
    case race
    /// A byte behind the end of a block is read: for the address sanitizer, and noticed by nobody else.
    case overrun

    /// What the promises show.
    public static let noticed = allCases.filter { ![.race, .overrun].contains($0) }
}

/// A sound file for one in fourteen; the others are broken in one to four places.
private func pictureInput(_ random: inout SplitMix64) -> [UInt8] {
    let isSound = random.unit() < 0.07
    let count = isSound ? 0 : Int.random(in: 1...(random.unit() < 0.6 ? 1 : 4), using: &random)
    var bytes: [UInt8]
    // Gently: bytes alone, the parts whole.
    let isWhole = random.unit() < 0.15
    let format = random.unit()
    if format < 0.6 {
        var file = OtherFormat(&random)
        if !isWhole { for _ in 0..<count { file.mutate(&random) } }
        bytes = file.bytes
    } else if format < 0.8 {
        var file = PNGRecipe(&random).file(&random)
        if !isWhole { for _ in 0..<count { file.mutate(&random) } }
        bytes = file.bytes
    } else {
        var file = JPEGFile(pick(JPEGFile.samples, &random))
        if !isWhole { for _ in 0..<count { file.mutate(&random) } }
        bytes = file.bytes
    }
    if !isSound, isWhole || random.unit() < 0.08 { mutateBytes(&bytes, &random) }
    return Array(bytes.prefix(4 << 20))
}
