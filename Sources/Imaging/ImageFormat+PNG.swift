import ImageCodecs

extension ImageFormat {
    public static let png = ImageFormat(
        "PNG", ["png", "apng"], .decoder(image_row_reader_open_png),
        signatures: [[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]])
}
