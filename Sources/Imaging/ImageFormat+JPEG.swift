import ImageCodecs

extension ImageFormat {
    public static let jpeg = ImageFormat(
        "JPEG", ["jpg", "jpeg", "jpe", "jif", "jfif", "pjpeg"], .decoder(image_row_reader_open_jpeg),
        signatures: [[0xFF, 0xD8, 0xFF]])
}
