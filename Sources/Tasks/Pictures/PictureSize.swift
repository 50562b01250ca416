/// Width and height in pixels.
package struct PictureSize: Hashable, Sendable {
    package var width: Int
    package var height: Int

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    package var text: String { "\(width)x\(height)" }

    /// Both sides times a factor, rounded, at least 1.
    package func scaled(by factor: Double) -> PictureSize {
        func scaled(_ side: Int) -> Int { max(1, Int((Double(side) * factor).rounded())) }
        return PictureSize(width: scaled(width), height: scaled(height))
    }

    /// From corner to corner, in pixels.
    package var diagonal: Double { Double(width * width + height * height).squareRoot() }
}

/// The sizes of many pictures.
package struct PictureSizes: Hashable, Sendable {
    /// Different ones, the smallest first.
    private var sizes: [PictureSize]

    package init(_ all: [PictureSize]) {
        sizes = Set(all).sorted { ($0.width * $0.height, $0.width) < ($1.width * $1.height, $1.width) }
    }

    /// `512x512`, or `9 sizes from 256x256 to 1040x1388`.
    package var text: String {
        guard let first = sizes.first, let last = sizes.last, sizes.count > 1 else { return sizes.first?.text ?? "" }
        return "\(sizes.count) sizes from \(first.text) to \(last.text)"
    }
}
