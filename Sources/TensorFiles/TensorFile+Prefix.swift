extension TensorFile {
    /// What programs put before all names of a net that they have wrapped: data parallelism, Lightning, `torch.compile`.
    private static let wrappers = ["module.", "model.", "_orig_mod."]

    /// What stands in the file before names of tensors that are known without it, such as `module.`; empty where nothing does.
    /// - Returns: of all that may be, what makes the most of `names` known, and of those the shortest.
    public func prefix(before names: [String]) -> String {
        var candidates: Set<String> = [""]
        for name in self.names {
            var prefix = ""
            while let next = Self.wrappers.first(where: { name.dropFirst(prefix.count).hasPrefix($0) }) {
                prefix += next
                candidates.insert(prefix)
            }
        }
        let ordered = candidates.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
        let found = ordered.map { prefix in names.count { contains(prefix + $0) } }
        let best = found.max() ?? 0
        return zip(ordered, found).first { $0.1 == best }?.0 ?? ""
    }
}
