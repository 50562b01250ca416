import ImageCodecs

extension ImageFormat {
    /// Of either byte order, with places of 32 bits or of 64.
    public static let tiff = ImageFormat(
        "TIFF", ["tif", "tiff", "btf", "tf8"], .decoder(image_row_reader_open_tiff),
        signatures: [
            [0x49, 0x49, 0x2A, 0], [0x4D, 0x4D, 0, 0x2A], [0x49, 0x49, 0x2B, 0], [0x4D, 0x4D, 0, 0x2B],
        ])
}
