import Base
import FileAccess
import Imaging
import TrainerSupport

/// How masks are named after their pictures: of `{}_mask`, `{}` is the picture's name before the extension. With two
/// sides, as in `{}_training={}_manual1`, what `{}` stands for in the picture's name stands in the mask's.
package struct MaskName: Hashable, Sendable, CustomStringConvertible {
    /// What stands around `{}`.
    struct Affixes: Hashable, Sendable {
        var prefix = ""
        var suffix = ""

        var isEmpty: Bool { prefix.isEmpty && suffix.isEmpty }

        /// What stands between them in a name, byte by byte; nil where that is nothing, or the name has others.
        func core(of name: String) -> String? {
            let bytes = name.utf8
            guard bytes.count > prefix.utf8.count + suffix.utf8.count, bytes.starts(with: prefix.utf8),
                bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
            else { return nil }
            return String(bytes.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count))
        }

        func around(_ core: String) -> String { prefix + core + suffix }

        fileprivate var text: String { prefix + "{}" + suffix }
    }

    var picture = Affixes()
    var mask = Affixes()

    /// Both are named alike.
    static let same = MaskName()

    init(picture: Affixes = Affixes(), mask: Affixes = Affixes()) {
        self.picture = picture
        self.mask = mask
    }

    /// Reads `{}_mask`, `{}_mask.png` or `{}_training={}_manual1`; extensions of pictures do not count.
    /// - Throws: `TrainerError` for anything else.
    package init(parsing text: String) throws {
        let sides = text.split(separator: "=", omittingEmptySubsequences: false).map { Self.affixes(String($0)) }
        guard (1...2).contains(sides.count), let last = sides[sides.count - 1], let first = sides[0] else {
            throw TrainerError(
                "--mask-name \"\(text)\": expected one {} for the picture's name, such as \"{}_mask\"",
                hint: "where pictures are named otherwise too: \"{}_training={}_manual1\" pairs 21_training.tif with "
                    + "21_manual1.gif")
        }
        self.init(picture: sides.count == 2 ? first : Affixes(), mask: last)
    }

    /// The form that `init(parsing:)` reads.
    package var description: String { (picture.isEmpty ? "" : picture.text + "=") + mask.text }

    private static func affixes(_ text: String) -> Affixes? {
        let stem = FileSystem.stem(text)
        let pieces = stem.utf8.split(separator: UInt8(ascii: "{"), omittingEmptySubsequences: false)
        guard pieces.count == 2, pieces[1].first == UInt8(ascii: "}"),
            !pieces[1].dropFirst().contains(UInt8(ascii: "}")),
            let prefix = String(pieces[0]), let suffix = String(pieces[1].dropFirst())
        else { return nil }
        return Affixes(prefix: prefix, suffix: suffix)
    }

    /// The name of a picture's mask; nil for a picture that is named otherwise. Both without extension.
    func mask(of picture: String) -> String? { self.picture.core(of: picture).map(mask.around) }

    /// The name of a mask's picture; nil for a mask that is named otherwise.
    func picture(of mask: String) -> String? { self.mask.core(of: mask).map(picture.around) }

    /// `NAME_mask`, or `NAME_manual1 for NAME_training`.
    package var words: String {
        func words(_ affixes: Affixes) -> String { affixes.around("NAME") }
        return words(mask) + (picture.isEmpty ? "" : " for " + words(picture))
    }

    /// Whether a word at the mask's name says that it is one, so that few files suffice to know how masks are named.
    var isTelling: Bool {
        [mask.prefix, mask.suffix].contains { affix in
            let letters = affix.lowercased().filter { $0.isLetter && $0.isASCII }
            return Self.words.contains(letters)
        }
    }

    /// Ways in which a file may be named as a mask, by the words in its name that say so.
    static func telling(of stem: String) -> [MaskName] {
        let bytes = Array(stem.utf8)
        let signs = bytes.indices.filter { "_-. ".utf8.contains(bytes[$0]) }
        let suffixes = signs.compactMap { sign in
            String(validating: bytes[sign...], as: UTF8.self).map { MaskName(mask: Affixes(suffix: $0)) }
        }
        let prefixes = signs.compactMap { sign in
            String(validating: bytes[...sign], as: UTF8.self).map { MaskName(mask: Affixes(prefix: $0)) }
        }
        return (suffixes + prefixes).filter(\.isTelling)
    }

    /// Whether what stands around is parted from the name by a sign.
    var isSeparated: Bool {
        func isSign(_ byte: UInt8?) -> Bool { byte.map { "_-. ".utf8.contains($0) } ?? true }
        return [picture, mask].allSatisfy { isSign($0.prefix.utf8.last) && isSign($0.suffix.utf8.first) }
    }

    /// What masks are called, in lower case.
    private static let words: Set<String> = [
        "mask", "masks", "seg", "segm", "segmentation", "segmentations", "segmented", "manual", "gt", "groundtruth",
        "truth",
        "label", "labels", "lbl", "annotation", "annotations", "annot", "anno", "ann", "trimap", "target", "binarymask",
        "maskgt", "gtmask", "matte", "alpha", "labelids", "labeltrainids", "ho", "stho", "ndho",
    ]
}
