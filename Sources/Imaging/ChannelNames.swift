/// How the files of a picture are named that has one file a channel: the picture's name with something around it.
public struct ChannelNames: Hashable, Sendable {
    public struct Channel: Hashable, Sendable {
        /// What people call it.
        public var name: String
        /// What stands before and behind the picture's name in that of the file, without extension.
        public var prefix: String
        public var suffix: String
        /// Of the file, with its dot; nil for that of the first channel's.
        public var fileExtension: String?
    }

    /// At least one. The file of the first stands for the picture.
    public let channels: [Channel]

    /// nnU-Net's: `NAME_0000`, `NAME_0001` and so on.
    public init(numbered count: Int) {
        channels = (0..<max(1, count)).map { number in
            let digits = "\(number)"
            let suffix = "_" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            return Channel(name: digits, prefix: "", suffix: suffix, fileExtension: nil)
        }
    }

    /// Reads `red={}_R.tif,nir={}_N.tif`, or `{}_0000,{}_0001`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let found = parts.enumerated().compactMap { number, part in Channel(String(part), number: number) }
        guard !found.isEmpty, found.count == parts.count,
            Set(found.map { $0.prefix + "\0" + $0.suffix + "\0" + ($0.fileExtension ?? "") }).count == found.count
        else { return nil }
        channels = found
    }

    /// The picture's name in that of a file of a channel, byte by byte; nil for a file that is named otherwise.
    /// - Parameter file: the name of a file, without folders.
    public func core(of file: String, channel: Int) -> String? {
        let (stem, end) = Self.split(file)
        let mine = channels[channel]
        if let expected = mine.fileExtension, !expected.utf8.elementsEqual(end.utf8) { return nil }
        let bytes = stem.utf8
        guard bytes.count > mine.prefix.utf8.count + mine.suffix.utf8.count, bytes.starts(with: mine.prefix.utf8),
            bytes.suffix(mine.suffix.utf8.count).elementsEqual(mine.suffix.utf8)
        else { return nil }
        return String(bytes.dropFirst(mine.prefix.utf8.count).dropLast(mine.suffix.utf8.count))
    }

    /// The files of all channels, of which that of the first is given; nil where it is named otherwise.
    public func files(of first: String) -> [String]? {
        let slash = first.utf8.lastIndex(of: UInt8(ascii: "/")).map { first.utf8.index(after: $0) } ?? first.startIndex
        let (folder, file) = (String(first[..<slash]), String(first[slash...]))
        guard let core = core(of: file, channel: 0) else { return nil }
        let end = Self.split(file).end
        return channels.map { folder + $0.prefix + core + $0.suffix + ($0.fileExtension ?? end) }
    }

    private static func split(_ file: String) -> (stem: String, end: String) {
        guard let dot = PictureName.dot(in: file) else { return (file, "") }
        return (String(file[..<dot]), String(file[dot...]))
    }
}

extension ChannelNames: CustomStringConvertible {
    public var description: String { channels.map(\.description).joined(separator: ",") }

    /// `NAME_0000 and NAME_0001`, for people.
    public var words: String {
        let names = channels.map { $0.prefix + "NAME" + $0.suffix + ($0.fileExtension ?? "") }
        return names.count < 2
            ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
    }
}

extension ChannelNames.Channel: CustomStringConvertible {
    fileprivate init?(_ text: String, number: Int) {
        let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let pattern = sides[sides.count - 1]
        guard let open = pattern.firstRange(of: "{}"), !pattern[open.upperBound...].contains("{}"),
            sides.count == 1 || !sides[0].isEmpty, !pattern.contains("/")
        else { return nil }
        let rest = String(pattern[open.upperBound...])
        // A dot counts only behind a name.
        let named = "a" + rest
        let dot = PictureName.dot(in: named)
        name = sides.count == 2 ? sides[0] : "\(number)"
        prefix = String(pattern[..<open.lowerBound])
        suffix = dot.map { String(named[..<$0].dropFirst()) } ?? rest
        fileExtension = dot.map { String(named[$0...]) }
    }

    /// `red={}_R.tif`.
    public var description: String { "\(name)=\(prefix){}\(suffix)\(fileExtension ?? "")" }
}
