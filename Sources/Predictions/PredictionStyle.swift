import DataSets
import Imaging
import Tasks

/// How pictures are read for a prediction, how it is decided, and what is written of it beside the mask, class map or
/// picture itself.
package struct PredictionStyle: Hashable, Sendable {
    package enum Overlay: Hashable, Sendable {
        case none
        /// The picture at its own size, tinted and outlined.
        case tinted
        /// Of classes: the picture beside itself in the classes' colours, with their names.
        case figure(ClassNames)
    }

    package var decoding = DecodingOptions()
    /// Which numbers of pictures become 0 and 1.
    package var range = PictureRange.full
    /// What the net is fed in place of numbers from 0 to 1.
    package var normalization = Normalization.range
    /// Which bands people are shown; nil for the usual ones.
    package var shownBands: ShownBands?
    /// A pixel is object from this probability on.
    package var threshold: Float = 0.5
    /// Bits of the PNGs of probabilities, 8 or 16; nil for none.
    package var probabilityBits: Int?
    package var overlay = Overlay.none
    package var flips = Flips.none
    package var postprocessing = Postprocessing.none

    package init(
        decoding: DecodingOptions = DecodingOptions(), range: PictureRange = .full, threshold: Float = 0.5,
        probabilityBits: Int? = nil, overlay: Overlay = .none, flips: Flips = .none,
        postprocessing: Postprocessing = .none
    ) {
        self.decoding = decoding
        self.range = range
        self.threshold = threshold
        self.probabilityBits = probabilityBits
        self.overlay = overlay
        self.flips = flips
        self.postprocessing = postprocessing
    }

    /// That of a data set, which tests are fed.
    package init(testing data: DataSet) {
        self.init(range: data.range)
        (normalization, shownBands) = (data.normalization, data.shownBands)
    }
}
