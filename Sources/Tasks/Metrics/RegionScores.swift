/// How well one thing (the object of a mask, or one class) was found in one picture.
package struct RegionScores: Hashable, Sendable {
    /// Pixels that are it, that were taken for it, and both.
    package var truth: Int
    package var predicted: Int
    package var common: Int
    package var boundaryF1: Double
    /// In pixels.
    package var hausdorff95: Double
    package var centerlineDice: Double

    /// Measures a region, with its bits of edges and skeletons.
    ///
    /// Where neither has a pixel, all is well: distance 0 and shares of 1. Where one alone has none, nothing is: the distance is
    /// the picture's diagonal, and shares are 0.
    /// - Parameters:
    ///   - picture: the size of the whole picture, of which the map may be a part that holds all of the region.
    init(measuring map: inout RegionMap, in picture: PictureSize, tolerance: BoundaryTolerance) {
        truth = map.count(RegionMap.truth)
        predicted = map.count(RegionMap.predicted)
        common = map.count(RegionMap.truth | RegionMap.predicted)
        guard truth > 0, predicted > 0 else {
            let isRight = truth == predicted
            boundaryF1 = isRight ? 1 : 0
            centerlineDice = isRight ? 1 : 0
            hausdorff95 = isRight ? 0 : picture.diagonal
            return
        }
        map.markEdges()
        let found = SquaredDistances(map, from: RegionMap.predictedEdge, to: RegionMap.truthEdge)
        let wanted = SquaredDistances(map, from: RegionMap.truthEdge, to: RegionMap.predictedEdge)
        boundaryF1 = BoundaryF1.value(found: found, wanted: wanted, tolerance: tolerance.pixels(in: picture))
        hausdorff95 = HausdorffDistance.value95(found: found, wanted: wanted)
        centerlineDice = CenterlineDice.value(of: &map)
    }

    /// 2 |P and T| / (|P| + |T|); 1 where neither has a pixel.
    package var dice: Double { Self.share(2 * common, of: truth + predicted) ?? 1 }

    /// |P and T| / |P or T|; 1 where neither has a pixel.
    package var iou: Double { Self.share(common, of: truth + predicted - common) ?? 1 }

    /// The share of what was taken for it that is it; nil where nothing was.
    package var precision: Double? { Self.share(common, of: predicted) }

    /// The share of it that was found; nil where there is none.
    package var recall: Double? { Self.share(common, of: truth) }

    private static func share(_ part: Int, of whole: Int) -> Double? {
        whole > 0 ? Double(part) / Double(whole) : nil
    }
}

/// What is measured of a region.
package enum RegionMeasure: CaseIterable, Hashable, Sendable {
    case dice, iou, precision, recall, boundaryF1, hausdorff95, centerlineDice

    package var measure: Measure {
        switch self {
        case .dice: Measure(column: "dice", title: "Dice")
        case .iou: Measure(column: "iou", title: "IoU")
        case .precision: Measure(column: "precision", title: "precision")
        case .recall: Measure(column: "recall", title: "recall")
        case .boundaryF1: Measure(column: "bf1", title: "boundary F1")
        case .hausdorff95: Measure(column: "hd95", title: "HD95", unit: "px", digits: 2)
        case .centerlineDice: Measure(column: "cldice", title: "clDice")
        }
    }

    package func value(of scores: RegionScores) -> Double? {
        switch self {
        case .dice: scores.dice
        case .iou: scores.iou
        case .precision: scores.precision
        case .recall: scores.recall
        case .boundaryF1: scores.boundaryF1
        case .hausdorff95: scores.hausdorff95
        case .centerlineDice: scores.centerlineDice
        }
    }
}
