import Base
import Imaging
import Tasks

/// A sample of a data set: what is known of it, and its bytes where memory suffices.
package struct StoredSample: Hashable, Sendable {
    package var name: String
    /// The file of the picture; the name again for drawn samples.
    package var file: String
    /// The classes that occur in the mask.
    package var classes: ByteSet
    var content: SampleContent
    /// Where to read it; nil for drawn samples.
    package var pair: SamplePair?
    /// Of the picture as it is decoded, and places of its mask that pieces are cut around, of each class; with pieces alone.
    package var size = PictureSize(width: 0, height: 0)
    var foreground: [[Int32]] = []
    /// Of the picture's numbers, a channel each, as the file has them; empty where nobody asks.
    var moments: [Moments] = []
    /// The values of a palette mask's indices, where they do not stand for themselves.
    var table: [UInt8]?
    /// nil where it is read again whenever it is needed.
    var kept: Sample?
}

extension StoredSample {
    /// What it is called, and what it must not be parted from, where a list says so.
    package var member: (name: String, group: String?) { (name, pair?.group) }

    /// A sample that stays in memory.
    init(_ sample: Sample) {
        self.init(
            name: sample.name, file: sample.file, classes: ByteSet(sample.mask),
            content: SampleContent(picture: sample.picture.samples, mask: sample.mask), kept: sample)
    }
}

/// Numbers that change when a sample's bytes do.
struct SampleContent: Hashable, Sendable {
    var picture: UInt64
    /// Of the mask's values as they are in the file; where its palette says what they mean, of the palette too.
    var mask: UInt64

    init(picture: UInt64, mask: UInt64) {
        self.picture = picture
        self.mask = mask
    }

    init(picture: SizedPicture.Samples, mask: [UInt8]) {
        self.init(picture: picture.contentHash, mask: ContentHash.of(mask))
    }

    /// The mask means what the palette's colours say.
    mutating func add(_ palette: [PaletteColor]) {
        mask = ContentHash.of(palette.flatMap { [$0.red, $0.green, $0.blue, $0.alpha] }, start: mask)
    }
}

extension DecodedPair {
    /// What changes with the picture's pixels and the mask's values: as they were decoded, or, where pieces are cut out, which
    /// may be done without having all of them, as they are in their files.
    func content(_ patches: PatchSettings?) -> SampleContent {
        guard patches != nil, let facts else { return SampleContent(picture: picture, mask: mask) }
        return SampleContent(picture: facts.content, mask: facts.mask?.content ?? 0)
    }
}
