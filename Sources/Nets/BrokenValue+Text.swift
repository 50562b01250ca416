import Runtime

extension BrokenValue {
    /// `first bad value: nan in enc3_1 (unet.graph:12), conv + relu`
    package var text: String {
        let number = value.isNaN ? "nan" : "\(value)"
        return "first bad value: \(number) in \(step.name) (\(step.source)), \(step.operation)"
    }
}
