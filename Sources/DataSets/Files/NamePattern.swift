import Base
import FileAccess
import TrainerSupport

/// How masks that have no picture are named after pictures that have no mask.
package struct NamePattern: Hashable, Sendable {
    enum Form: Hashable, Sendable {
        /// What stands around the picture's name.
        case around(prefix: String, suffix: String)
        /// Names differ in capitals only.
        case otherCase
        /// Names look the same: accents are written with their letters, or behind them.
        case otherAccents
    }

    var form: Form
    /// How many pictures it fits.
    var count: Int
    /// One of them.
    var picture: String
    var mask: String

    /// The pattern that fits most pictures, and at least half of them; nil where there is none.
    package init?(pictures: [String], masks: [String]) {
        let stems = Set(masks.map { ExactText(FileSystem.stem($0)) })
        // Strings are equal when they look so.
        func table(_ key: (String) -> String) -> [String: String] {
            Dictionary(masks.map { (key(FileSystem.stem($0)), $0) }, uniquingKeysWith: { first, _ in first })
        }
        let (alike, lower) = (table { $0 }, table { $0.lowercased() })
        var best: NamePattern?
        func consider(_ form: Form, _ picture: String, _ mask: String) {
            let count = pictures.count { path in
                let stem = FileSystem.stem(path)
                return switch form {
                case .otherAccents: alike[stem] != nil
                case .otherCase: lower[stem.lowercased()] != nil
                case .around(let prefix, let suffix): stems.contains(ExactText(prefix + stem + suffix))
                }
            }
            if count > best?.count ?? 0 {
                best = NamePattern(form, count, FileSystem.name(picture), FileSystem.name(mask))
            }
        }
        // A few pictures and the shortest affixes tell the pattern; trying all would take the square of their number.
        for picture in pictures.prefix(5) {
            let stem = FileSystem.stem(picture)
            if let mask = alike[stem] { consider(.otherAccents, picture, mask) }
            if let mask = lower[stem.lowercased()] { consider(.otherCase, picture, mask) }
            let bytes = Array(stem.utf8)
            let around = masks.filter { mask in
                let name = FileSystem.stem(mask).utf8
                return name.starts(with: bytes) || name.reversed().starts(with: bytes.reversed())
            }
            for mask in around.sorted(by: { $0.utf8.count < $1.utf8.count }).prefix(8) {
                let name = FileSystem.stem(mask)
                let isPrefix = name.utf8.starts(with: bytes)
                let rest = isPrefix ? name.utf8.dropFirst(bytes.count) : name.utf8.dropLast(bytes.count)
                guard let affix = String(rest) else { continue }
                consider(.around(prefix: isPrefix ? "" : affix, suffix: isPrefix ? affix : ""), picture, mask)
            }
        }
        guard let best, best.count * 2 >= pictures.count else { return nil }
        self = best
    }

    private init(_ form: Form, _ count: Int, _ picture: String, _ mask: String) {
        self.form = form
        self.count = count
        self.picture = picture
        self.mask = mask
    }

    /// What to do about it.
    package var advice: String {
        let example = "\"\(picture)\" and \"\(mask)\""
        switch form {
        case .otherAccents:
            return "names look the same but are of other bytes, with accents in their letters or behind them "
                + "(\(example)): make them equal, with convmv --nfc or by renaming"
        case .otherCase: return "names differ in capitals (\(example)): make them equal"
        case .around(let prefix, let suffix):
            let affix = suffix.isEmpty ? "begin with \"\(prefix)\"" : "end in \"\(suffix)\""
            return
                "names of masks \(affix) (\(example)): rename the masks, so that both are equal before the extension"
        }
    }

    /// What to say of a mask whose name only looks like that of its picture.
    static func lookalike(_ mask: String) -> String {
        "\(FileSystem.name(mask)) looks the same, but writes its accents with other bytes"
    }
}
