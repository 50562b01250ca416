/// What is written of a prediction, beside the mask, class map or picture itself, and how it is decided.
struct PredictionStyle: Hashable, Sendable {
    enum Overlay: Hashable, Sendable {
        case none
        /// The picture at its own size, tinted and outlined.
        case tinted
        /// Of classes: the picture beside itself in the classes' colours, with their names.
        case figure(ClassNames)
    }

    /// A pixel is object from this probability on.
    var threshold: Float = 0.5
    /// Bits of the PNGs of probabilities, 8 or 16; nil for none.
    var probabilityBits: Int?
    var overlay = Overlay.none
    var flips = Flips.none
}
