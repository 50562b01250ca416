import Base
import DataSets
import Imaging
import Tasks

extension DataSurvey {
    /// What EXIF says of the pictures, and whether their masks were drawn on pictures that were turned so.
    var orientationFindings: [Finding] {
        let tagged = indices { $0.orientation != .upright }
        guard !tagged.isEmpty else { return [] }
        return turnedNote(tagged) + misfits(tagged)
    }

    private func turnedNote(_ tagged: [Int]) -> [Finding] {
        let count = tagged.count
        let text =
            isOriented
            ? "\(Text.count(count, "picture is", "pictures are")) turned as "
                + "\(count == 1 ? "its" : "their") EXIF orientation says"
            : "\(Text.count(count, "picture is", "pictures are")) taken as stored, without the turn that "
                + "\(count == 1 ? "its" : "their") EXIF orientation says"
        let fitting = fits(tagged, isOriented ? .turned : .stored)
        let judged = fitting.count
        let masks =
            judged * 2 > count
            ? ", which fits \(judged == count ? "" : "\(judged) of ")\(count == 1 ? "its mask" : "their masks")" : ""
        return [Finding(.note, .turnedPictures, text + masks, files: pictures(tagged), pairs: tagged)]
    }

    private func misfits(_ tagged: [Int]) -> [Finding] {
        let other = fits(tagged, isOriented ? .stored : .turned)
        let same = fits(tagged, isOriented ? .turned : .stored)
        // One or two may be chance; of many, nearly all have to say the same.
        guard other.count >= min(4, tagged.count), other.count > 4 * same.count else { return [] }
        let isCertain = other.contains { Self.shapeSays(pairs[$0].facts) != nil }
        guard isCertain || other.count >= 4 else { return [] }
        let which = "\(other.count) of \(Text.count(tagged.count, "mask")) of such pictures"
        return [
            Finding(
                .warning, .orientation,
                isOriented
                    ? "\(which) fit the picture as it is stored better than as its EXIF orientation turns it"
                    : "\(which) fit the picture as its EXIF orientation turns it better than as it is stored",
                advice: isOriented ? "use --no-exif if they were drawn on the stored pixels" : "use --exif",
                files: masks(other), pairs: other)
        ]
    }

    /// The pairs whose masks were drawn on the picture in that way, as far as can be told.
    private func fits(_ tagged: [Int], _ way: OrientationFit.Way) -> [Int] {
        tagged.filter { (Self.shapeSays(pairs[$0].facts) ?? pairs[$0].facts.fit?.better) == way }
    }

    /// What the shape of a mask says, beside a picture whose sides differ and change places; nil for others.
    private static func shapeSays(_ facts: PairFacts) -> OrientationFit.Way? {
        guard let mask = facts.mask, facts.orientation.swapsSides else { return nil }
        let seen = facts.isOriented ? facts.size : facts.size.turned
        guard seen.width != seen.height, mask.size.width != mask.size.height else { return nil }
        return (seen.width > seen.height) == (mask.size.width > mask.size.height) ? .turned : .stored
    }
}

extension PictureSize {
    /// With sides exchanged.
    fileprivate var turned: PictureSize { PictureSize(width: height, height: width) }
}
