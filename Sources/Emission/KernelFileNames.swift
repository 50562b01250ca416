/// Names of files of kernels, without their endings: no two are the same where capitals do not count, and none is a
/// device's on any system.
struct KernelFileNames {
    /// The file of the kernels that every model has.
    static let optimizers = "optimizers"

    private var taken: Set<String>

    /// - Parameter others: names of files beside them, in small letters.
    init(beside others: Set<String>) { taken = others.union([Self.optimizers]) }

    /// The name, with a number behind it if it is taken.
    mutating func claim(_ name: String) -> String {
        let stem = Self.devices.contains(name.lowercased()) ? name + "_" : name
        var candidate = stem
        var number = 2
        while !taken.insert(candidate.lowercased()).inserted {
            candidate = "\(stem)_\(number)"
            number += 1
        }
        return candidate
    }

    private static let devices = Set(
        ["con", "prn", "aux", "nul"] + ["com", "lpt"].flatMap { port in (0...9).map { "\(port)\($0)" } })
}
