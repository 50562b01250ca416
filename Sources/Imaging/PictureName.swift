/// What the names of picture files end in.
public enum PictureName {
    /// In lower case, of formats that are known by their bytes and of those that are not.
    private static let extensions = Set(
        ImageFormat.all.flatMap(\.extensions) + [
            "tga", "hdr", "ico", "pcx", "svg", "dng", "cr2", "cr3", "crw", "nef", "arw", "orf", "rw2", "raf", "pef",
            "srw",
        ])

    /// The place of the dot before a picture's extension, `jpg` of `a.b.JPG`; nil where a name has none, such as
    /// `scan.2024.05.01`, or is nothing else.
    public static func dot(in name: String) -> String.Index? {
        guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot != name.startIndex else { return nil }
        let letters = name.utf8[name.utf8.index(after: dot)...].map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        return extensions.contains(String(decoding: letters, as: UTF8.self)) ? dot : nil
    }

    /// True for a name that a picture would have.
    public static func isPicture(_ name: String) -> Bool { dot(in: name) != nil }
}
