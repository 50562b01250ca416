import ModelABI

/// What becomes of the steps of a plan that update parameters.
enum UpdateBinding {
    /// The plan has none that are left to an optimiser.
    case none
    /// The optimiser takes its step at once.
    case optimizer(unetc_kernel)
    /// Gradients are added to their sums.
    case sum(GradientSums)

    var kernel: unetc_kernel? {
        switch self {
        case .none: nil
        case .optimizer(let kernel): kernel
        case .sum(let sums): sums.kernel
        }
    }
}

extension Model {
    /// What becomes of the updates of a plan, with that optimiser, or with sums of gradients.
    func updateBinding(plan index: Int, optimizer: String?, sums: GradientSums?) throws -> UpdateBinding {
        guard hasOptimizerSteps(plan: index) else { return .none }
        if let sums, sums.plans.contains(index) { return .sum(sums) }
        return try optimizerKernel(optimizer, plan: index).map(UpdateBinding.optimizer) ?? .none
    }

    /// The kernel of the optimiser of that name.
    func optimizerKernel(_ name: String?, plan: Int) throws -> unetc_kernel? {
        tables.pointer.pointee.optimizers[try chosenOptimizer(name, plans: [plan])].kernel
    }
}
