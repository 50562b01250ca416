import Imaging

/// How pictures are read for a prediction, how it is decided, and what is written of it beside the mask, class map or
/// picture itself.
struct PredictionStyle: Hashable, Sendable {
    enum Overlay: Hashable, Sendable {
        case none
        /// The picture at its own size, tinted and outlined.
        case tinted
        /// Of classes: the picture beside itself in the classes' colours, with their names.
        case figure(ClassNames)
    }

    var decoding = DecodingOptions()
    /// Which numbers of pictures become 0 and 1.
    var range = PictureRange.full
    /// A pixel is object from this probability on.
    var threshold: Float = 0.5
    /// Bits of the PNGs of probabilities, 8 or 16; nil for none.
    var probabilityBits: Int?
    var overlay = Overlay.none
    var flips = Flips.none
}
