/// clDice (S. Shit et al., "clDice - a novel topology-preserving loss function for tubular structure segmentation", 2021): the
/// share of the prediction's skeleton that lies in the truth, the share of the truth's skeleton that lies in the prediction,
/// and the harmonic mean of both.
enum CenterlineDice {
    /// - Parameter map: of regions neither of which is empty; its bits of skeletons are used.
    static func value(of map: inout RegionMap) -> Double {
        let precision = share(&map, RegionMap.predicted, within: RegionMap.truth)
        let sensitivity = share(&map, RegionMap.truth, within: RegionMap.predicted)
        return precision + sensitivity > 0 ? 2 * precision * sensitivity / (precision + sensitivity) : 0
    }

    private static func share(_ map: inout RegionMap, _ region: UInt8, within other: UInt8) -> Double {
        map.thin(region)
        let count = map.count(RegionMap.skeleton)
        return count > 0 ? Double(map.count(RegionMap.skeleton | other)) / Double(count) : 0
    }
}
