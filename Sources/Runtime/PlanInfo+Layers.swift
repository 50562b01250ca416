extension PlanInfo {
    /// The layer that each step belongs to, in the order of the steps: `enc1_1` for `enc1_1#1`, which prepares its weights,
    /// `grad.enc1_1.weight`, `d_enc1_1.conv`, `update.enc1_1.bias` and `enc1_1.nchw8c`, a copy in another layout. A step of no layer of the forward pass, such as the
    /// gradient of a concat that takes no step, is a layer of its own.
    public var layers: [String] {
        let computed = steps.filter { $0.phase == .forward && $0.operation != "relayout" }
        let forward = Set(computed.map { Self.valueName($0.name) })
        return steps.map { step in
            let name = Self.valueName(step.name)
            var parts = name.split(separator: ".", omittingEmptySubsequences: false)
            while !parts.isEmpty {
                let candidate = parts.joined(separator: ".")
                if forward.contains(candidate) { return candidate }
                parts.removeLast()
            }
            return name
        }
    }

    /// `enc1_1.weight` of `grad.enc1_1.weight#1`.
    private static func valueName(_ name: String) -> String {
        let value = name.prefix { $0 != "#" }
        let prefix = ["grad.", "update.", "d_"].first(where: value.hasPrefix) ?? ""
        return String(value.dropFirst(prefix.count))
    }
}
