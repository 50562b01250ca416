import Imaging

/// What a picture and its mask were like before they were brought to the net's size.
struct PairFacts: Hashable, Sendable {
    var size: PictureSize
    var kind: PictureKind
    /// Equal for pictures of equal size and pixels.
    var content: UInt64
    /// True when all pixels have one colour.
    var isPlain: Bool
    /// What decoding both files takes.
    var decodingBytes: Int
    /// nil for nets that learn the pictures themselves.
    var mask: MaskFacts?
}

/// What a mask file was like.
struct MaskFacts: Hashable, Sendable {
    var size: PictureSize
    var kind: PictureKind
    var content: UInt64
    var values: MaskValues
    /// True for 16-bit files of which only the high bytes were read.
    var losesDigits: Bool
}

/// A pair of files that can be used.
struct SurveyedPair: Hashable, Sendable {
    var pair: SamplePair
    /// The place of its folder in the layout.
    var folder: Int
    var facts: PairFacts
}

/// The pixels of a pair; each file is read and decoded once.
struct DecodedPair {
    var picture: Bitmap
    /// Raw values; nil without a mask.
    var mask: Bitmap?
    private var kind: PictureKind
    private var decodingBytes: Int
    private var maskKind: PictureKind?
    private var losesDigits = false

    /// - Throws: `ImageError` that names the file that cannot be used.
    init(_ pair: SamplePair) throws(ImageError) {
        let file = try PictureFile(path: pair.picture)
        picture = try file.decodePicture()
        kind = file.kind
        decodingBytes = file.decodingBytes
        guard let path = pair.mask else { return }
        let maskFile = try PictureFile(path: path)
        let (mask, losesDigits) = try maskFile.decodeMaskValues()
        self.mask = mask
        self.losesDigits = losesDigits
        maskKind = maskFile.kind
        // The picture stays until its mask is there.
        decodingBytes = max(decodingBytes, picture.pixels.count + maskFile.decodingBytes)
    }

    /// What is to be known about them.
    var facts: PairFacts {
        var facts = PairFacts(
            size: picture.pictureSize, kind: kind, content: picture.contentHash, isPlain: picture.isPlain,
            decodingBytes: decodingBytes)
        if let mask, let maskKind {
            facts.mask = MaskFacts(
                size: mask.pictureSize, kind: maskKind, content: mask.contentHash, values: MaskValues(mask.pixels),
                losesDigits: losesDigits)
        }
        return facts
    }
}

extension Bitmap {
    var pictureSize: PictureSize { PictureSize(width: width, height: height) }

    /// A number that differs for bitmaps of other sizes or pixels, up to chance of 2^-64.
    var contentHash: UInt64 {
        ContentHash.of(pixels, start: UInt64(width) << 34 ^ UInt64(height) << 2 ^ UInt64(channels))
    }

    /// True when all pixels are equal.
    var isPlain: Bool {
        pixels.withUnsafeBufferPointer { pixels in
            // Compares each sample with the one a pixel earlier.
            for i in pixels.indices.dropFirst(channels) where pixels[i] != pixels[i - channels] { return false }
            return true
        }
    }
}
