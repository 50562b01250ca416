import ImageCodecs

extension ImageFormat {
    public static let webp = ImageFormat("WebP", ["webp"], .decoder(image_row_reader_open_webp)) { start in
        start.starts(with: "RIFF".utf8) && start.dropFirst(8).starts(with: "WEBP".utf8)
    }
}
