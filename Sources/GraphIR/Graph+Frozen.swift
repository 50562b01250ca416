import Base

extension Graph {
    /// What is wrong with patterns of parameters that are to stay as they are: one that none is called like, half of a
    /// normalisation's running moments, or nothing that is left to train.
    package func faultOfFrozen(
        _ patterns: [NamePattern]
    ) -> (pattern: NamePattern, message: String, hint: String)? {
        let names = parameters.map { self[$0].name }
        for pattern in patterns {
            if let fault = pattern.fault(among: names) { return (pattern, fault.message, fault.hint) }
        }
        if let fault = NamePattern.faultOfMoments(training.frozen, names), patterns.contains(fault.pattern) {
            return fault
        }
        guard let last = patterns.last, loss != nil, trainedParameters.isEmpty else { return nil }
        return (
            last, "nothing would be left to train", "leave a part of the net free, such as what makes its output"
        )
    }
}
