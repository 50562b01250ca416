extension ImageFormat {
    public static let heic = ImageFormat(
        "HEIC", ["heic", "heif", "heics", "hif"], .conversion("heif-convert NAME.heic NAME.png"),
        isStart: { start in
            !avif.isStart(start)
                && brands(start).contains(
                    where: ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"].contains)
        })

    public static let avif = ImageFormat(
        "AVIF", ["avif", "avifs"], .conversion("avifdec NAME.avif NAME.png"),
        isStart: { start in brands(start).contains(where: ["avif", "avis"].contains) })

    /// Of a file of ISO's base media format, which is a picture by one of its brands, among which there are films as well:
    /// the main brand and the others as far as they fit.
    private static func brands(_ bytes: [UInt8]) -> [String] {
        let start = Array(bytes.prefix(32))
        guard start.dropFirst(4).starts(with: "ftyp".utf8) else { return [] }
        return stride(from: 8, to: start.count - 3, by: 4).filter { $0 != 12 }.map {
            String(decoding: start[$0..<$0 + 4], as: UTF8.self)
        }
    }
}
