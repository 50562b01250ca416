import Base

/// How good the prediction of one picture is, at the picture's own size.
package struct PictureScores: Hashable, Sendable {
    package var name: String
    package var size: PictureSize
    /// The object's alone of a mask; else one for each class or label, nil where that neither is in the picture nor was found
    /// there.
    package var regions: [RegionScores?]

    package init(name: String, size: PictureSize, regions: [RegionScores?]) {
        self.name = name
        self.size = size
        self.regions = regions
    }

    /// The mean over the regions; nil where none can tell it.
    package func value(_ measure: RegionMeasure) -> Double? {
        Self.mean(regions.map { $0.flatMap(measure.value) })
    }

    /// Pixels that are the object, or of any class; those of several labels once for each.
    package var truth: Int { regions.reduce(0) { $0 + ($1?.truth ?? 0) } }

    /// Pixels that were taken for the object, or for any class.
    package var predicted: Int { regions.reduce(0) { $0 + ($1?.predicted ?? 0) } }

    /// Whether this one is worse than another: of less Dice, or, where that is equal, first by name. What cannot be told is no
    /// worse than anything.
    package func isWorse(than other: PictureScores) -> Bool {
        let (mine, theirs) = (value(.dice) ?? .infinity, other.value(.dice) ?? .infinity)
        return mine != theirs ? mine < theirs : FileName.precedes(name, other.name)
    }

    /// The mean of what can be told; nil for nothing.
    fileprivate static func mean(_ values: [Double?]) -> Double? {
        let told = values.compactMap { $0 }
        return told.isEmpty ? nil : told.reduce(0, +) / Double(told.count)
    }
}

extension [PictureScores] {
    /// The mean over the pictures that can tell it, of a measure's mean over the regions.
    package func mean(_ measure: RegionMeasure) -> Double? { PictureScores.mean(map { $0.value(measure) }) }

    /// The same of one region.
    package func mean(_ measure: RegionMeasure, region: Int) -> Double? {
        PictureScores.mean(map { $0.regions[region].flatMap(measure.value) })
    }

    package var worstFirst: [PictureScores] { sorted { $0.isWorse(than: $1) } }

    /// `Dice 0.7912, IoU 0.6543, …`, the means over the pictures.
    package var meansText: String {
        RegionMeasure.allCases.map { $0.measure.text(mean($0)) }.joined(separator: ", ")
    }
}
