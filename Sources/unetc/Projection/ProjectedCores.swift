import ArgumentParser

/// Numbers of cores, such as `4,8,16`.
struct ProjectedCores: ExpressibleByArgument {
    var counts: [Int]

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        counts = parts.compactMap { Int($0) }.filter { (1...1024).contains($0) }
        if counts.isEmpty || counts.count != parts.count { return nil }
    }

    var text: String { counts.map(String.init).joined(separator: ",") }
}
