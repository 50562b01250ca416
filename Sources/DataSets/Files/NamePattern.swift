import Base
import FileAccess
import TrainerSupport

/// How masks that have no picture are named after pictures that have no mask.
package struct NamePattern: Hashable, Sendable {
    enum Form: Hashable, Sendable {
        case named(MaskName)
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
        let maskStems = masks.map { FileSystem.stem($0) }
        let pictureStems = pictures.map { FileSystem.stem($0) }
        let places = Dictionary(
            zip(maskStems.map(ExactText.init), masks), uniquingKeysWith: { first, _ in first })
        // Strings are equal when they look so.
        func table(_ key: (String) -> String) -> [String: String] {
            Dictionary(zip(maskStems.map(key), masks), uniquingKeysWith: { first, _ in first })
        }
        let (alike, lower) = (table { $0 }, table { $0.lowercased() })
        var best: NamePattern?
        func consider(_ form: Form) {
            var count = 0
            var example: (picture: String, mask: String)?
            for (stem, path) in zip(pictureStems, pictures) {
                let mask: String? =
                    switch form {
                    case .otherAccents: alike[stem]
                    case .otherCase: lower[stem.lowercased()]
                    case .named(let name): name.mask(of: stem).flatMap { places[ExactText($0)] }
                    }
                guard let mask else { continue }
                count += 1
                example = example ?? (path, mask)
            }
            guard let example, count > best?.count ?? 0 else { return }
            best = NamePattern(form, count, FileSystem.name(example.picture), FileSystem.name(example.mask))
        }
        consider(.otherAccents)
        consider(.otherCase)
        for name in Self.candidates(pictureStems, maskStems) { consider(.named(name)) }
        guard let best, best.count * 2 >= pictures.count else { return nil }
        self = best
    }

    private init(_ form: Form, _ count: Int, _ picture: String, _ mask: String) {
        self.form = form
        self.count = count
        self.picture = picture
        self.mask = mask
    }

    /// Ways to name masks that fit some of the names, those that add least to pictures' names first.
    private static func candidates(_ pictures: [String], _ masks: [String]) -> [MaskName] {
        var names: [MaskName] = []
        // A few pictures and the shortest affixes tell the pattern; trying all would take the square of their number.
        for stem in pictures.prefix(5) {
            let found = masks.compactMap { around(stem, in: $0) }
            names += found.sorted { $0.length < $1.length }.prefix(8).map { MaskName(mask: $0) }
        }
        // And where pictures have something around what they share with masks, it is the same around all of them.
        for picture in common(pictures) {
            for mask in common(masks) where !picture.isEmpty { names.append(MaskName(picture: picture, mask: mask)) }
        }
        return names
    }

    /// What stands around a picture's name in a mask's; nil where that does not hold it at one end.
    private static func around(_ stem: String, in mask: String) -> MaskName.Affixes? {
        let (name, bytes) = (mask.utf8, Array(stem.utf8))
        if name.starts(with: bytes), let rest = String(name.dropFirst(bytes.count)) {
            return MaskName.Affixes(suffix: rest)
        }
        guard name.suffix(bytes.count).elementsEqual(bytes), let rest = String(name.dropLast(bytes.count)) else {
            return nil
        }
        return MaskName.Affixes(prefix: rest)
    }

    /// What all names begin and end with, and shorter affixes that end at a sign; none first.
    private static func common(_ names: [String]) -> [MaskName.Affixes] {
        guard names.count > 1, let first = names.first.map({ Array($0.utf8) }) else { return [MaskName.Affixes()] }
        let start = names.reduce(first.count) { count, name in
            zip(first.prefix(count), name.utf8).prefix { $0 == $1 }.count
        }
        let end = names.reduce(first.count) { count, name in
            zip(first.suffix(count).reversed(), name.utf8.reversed()).prefix { $0 == $1 }.count
        }
        let prefixes = cuts(Array(first.prefix(start))).map { $0 }
        let suffixes = cuts(first.suffix(end).reversed()).map { Array($0.reversed()) }
        return prefixes.flatMap { prefix in
            suffixes.compactMap { suffix in
                guard let prefix = String(bytes: prefix), let suffix = String(bytes: suffix) else { return nil }
                return MaskName.Affixes(prefix: prefix, suffix: suffix)
            }
        }
    }

    /// The beginnings of what all names share, from none on, that numbers do not go on behind: up to a sign, and whole
    /// without its last digits.
    private static func cuts(_ shared: [UInt8]) -> [[UInt8]] {
        func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
        var cuts: [[UInt8]] = [[]]
        for (place, byte) in shared.enumerated() where "_-. ".utf8.contains(byte) {
            cuts.append(Array(shared[...place]))
        }
        let whole = Array(shared.reversed().drop(while: isDigit).reversed())
        if cuts.last != whole { cuts.append(whole) }
        return cuts.suffix(4) + (cuts.count > 4 ? [[]] : [])
    }

    /// How masks are named, where that is certain enough to pair them by: a word says so and it fits half of the pictures,
    /// or it is parted from the name by a sign and fits all files.
    func certainName(pictures: Int, masks: Int) -> MaskName? {
        guard case .named(let name) = form else { return nil }
        if name.isTelling { return name }
        return name.isSeparated && count > 1 && count == pictures && count == masks ? name : nil
    }

    /// What to do about it.
    package var advice: String {
        let example = "\"\(picture)\" and \"\(mask)\""
        switch form {
        case .otherAccents:
            return "names look the same but are of other bytes, with accents in their letters or behind them "
                + "(\(example)): make them equal, with convmv --nfc or by renaming"
        case .otherCase: return "names differ in capitals (\(example)): make them equal"
        case .named(let name):
            return "masks may be named \(name.words) (\(example)): if that is so, give --mask-name \"\(name)\""
        }
    }

    /// What to say of a mask whose name only looks like that of its picture.
    static func lookalike(_ mask: String) -> String {
        "\(FileSystem.name(mask)) looks the same, but writes its accents with other bytes"
    }
}

extension MaskName.Affixes {
    fileprivate var length: Int { prefix.utf8.count + suffix.utf8.count }
}

extension String {
    /// nil for bytes that are no UTF-8.
    fileprivate init?(bytes: [UInt8]) { self.init(validating: bytes, as: UTF8.self) }
}
