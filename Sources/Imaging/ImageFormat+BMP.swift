import ImageCodecs

extension ImageFormat {
    public static let bmp = ImageFormat(
        "BMP", ["bmp", "dib"], .decoder(image_row_reader_open_bmp), signatures: [Array("BM".utf8)])
}
