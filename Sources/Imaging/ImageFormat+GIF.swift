import ImageCodecs

extension ImageFormat {
    /// The first picture of a file.
    public static let gif = ImageFormat(
        "GIF", ["gif"], .decoder(image_row_reader_open_gif), signatures: [Array("GIF8".utf8)])
}
