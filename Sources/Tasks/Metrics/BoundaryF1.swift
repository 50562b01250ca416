import Base

/// How far apart edges may lie and still be taken for the same one.
package enum BoundaryTolerance: Hashable, Sendable {
    /// A share of the picture's diagonal.
    case share(Double)
    case pixels(Double)

    /// 0.75 % of the diagonal, as Csurka et al. have it.
    package static let usual = BoundaryTolerance.share(0.0075)

    /// Reads `3` (pixels) or `0.75%` (of the diagonal); nil for anything else.
    package init?(_ text: String) {
        let isShare = text.hasSuffix("%")
        guard let number = Double(isShare ? String(text.dropLast()) : text), number >= 0, number.isFinite else {
            return nil
        }
        self = isShare ? .share(number / 100) : .pixels(number)
    }

    /// In pixels of a picture of that size.
    func pixels(in size: PictureSize) -> Double {
        switch self {
        case .share(let share): share * size.diagonal
        case .pixels(let pixels): pixels
        }
    }

    package var text: String {
        switch self {
        case .share(let share): "\(Text.plain(100 * share)) % of the diagonal"
        case .pixels(let pixels): "\(Text.plain(pixels)) pixels"
        }
    }
}

/// The boundary F1 measure, or BF score (G. Csurka, D. Larlus and F. Perronnin, "What is a good evaluation measure for semantic
/// segmentation?", 2013): of the predicted edge pixels the share that lies near a true one, of the true ones the share that
/// lies near a predicted one, and the harmonic mean of both.
enum BoundaryF1 {
    /// - Parameters:
    ///   - found, wanted: distances of predicted edge pixels from true ones, and the other way round.
    ///   - tolerance: in pixels; what is as far counts.
    static func value(found: SquaredDistances, wanted: SquaredDistances, tolerance: Double) -> Double {
        let (precision, recall) = (found.share(within: tolerance), wanted.share(within: tolerance))
        return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
    }
}
