/// What programs put before all names of a net that they have wrapped: data parallelism, Lightning, `torch.compile`.
private let wrapperNames = ["module.", "model.", "_orig_mod."]

/// What may stand before names without being a part of them: nothing, and all wrappers that there are; short ones first.
func wrappers(_ names: [String]) -> [String] {
    var found: Set<String> = [""]
    for name in names {
        var prefix = ""
        while let next = wrapperNames.first(where: { name.dropFirst(prefix.count).hasPrefix($0) }) {
            prefix += next
            found.insert(prefix)
        }
    }
    return found.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
}

extension TensorFile {
    /// What stands in the file before names of tensors that are known without it, such as `module.`; empty where nothing does.
    /// - Returns: of all that may be, what makes the most of `names` known, and of those the shortest.
    public func prefix(before names: [String]) -> String {
        let candidates = wrappers(self.names)
        let found = candidates.map { prefix in names.count { contains(prefix + $0) } }
        return zip(candidates, found).first { $0.1 == found.max() }?.0 ?? ""
    }
}
