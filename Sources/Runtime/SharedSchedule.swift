/// How a plan runs on a range of a batch's samples while other runs have the rest: what each sample has for itself at once for
/// all of the range, sums over samples part by part, and what needs all samples once all runs have given theirs.
///
/// Found from what the tables say that steps read and write.
struct SharedSchedule {
    /// The steps of one operation that sums over samples, and what becomes of the sums.
    struct Sum {
        var steps: [Int]
        /// Updates of parameters by what those steps make.
        var updates: [Int] = []
    }

    enum Unit {
        /// Steps that make something of each sample, or of parameters alone, and sums over samples, by their places in `sums`,
        /// which may all run at the same time.
        case group([Int], sums: [Int])
        /// A step that needs the whole batch.
        case batch(Int)
        /// The update of a parameter whose gradient all samples make together.
        case update(Int)
    }

    private(set) var units: [Unit] = []
    private(set) var sums: [Sum] = []
    /// Tensors that lie in memory of their own, since sums are made earlier than the plan has it; where, in bytes.
    private(set) var places: [Int: Int] = [:]
    /// What those take: no more than those need that run at the same time.
    private(set) var bytes = 0
    /// Why a batch cannot be shared out so; nil where it can.
    private(set) var obstacle: String?

    /// - Parameters:
    ///   - uses: what each step reads and writes.
    ///   - isOptimizers: whether that step is left to an optimiser.
    init(_ plan: PlanInfo, _ uses: [[OperandUse]], isOptimizers: (Int) -> Bool) {
        var owner: [Int: Int] = [:]
        var numbers: [Substring: Int] = [:]
        for (index, step) in plan.steps.enumerated() where step.scope == .sum {
            let name = step.operationName
            let number = numbers[name] ?? sums.count
            if number == sums.count { sums.append(Sum(steps: [])) }
            numbers[name] = number
            sums[number].steps.append(index)
            for use in uses[index] where use.access != .read { owner[use.tensor] = number }
        }
        for (index, step) in plan.steps.enumerated() where step.scope != .sum {
            let read = uses[index].filter { $0.access != .write }.compactMap { owner[$0.tensor] }
            if isOptimizers(index) {
                if let number = read.first { sums[number].updates.append(index) }
            } else if !read.isEmpty {
                obstacle = obstacle ?? "\"\(step.name)\" goes on with a sum over samples"
            } else {
                obstacle = obstacle ?? Self.obstacle(plan, step, uses[index])
            }
        }
        var isDone = [Bool](repeating: false, count: sums.count)
        for group in plan.groups {
            var beside: [Int] = []
            var begun: [Int] = []
            var rest: [Unit] = []
            for index in group {
                switch plan.steps[index].scope {
                case .batch: rest.append(.batch(index))
                case .sum:
                    guard let number = numbers[plan.steps[index].operationName], !isDone[number] else { continue }
                    isDone[number] = true
                    begun.append(number)
                case .samples where !isOptimizers(index): beside.append(index)
                case .samples:
                    let isOfSum = uses[index].contains { owner[$0.tensor] != nil }
                    if !isOfSum { rest.append(.update(index)) }
                }
            }
            if !beside.isEmpty || !begun.isEmpty { units.append(.group(beside, sums: begun)) }
            units += rest
            place(begun, plan, owner)
        }
    }

    /// The tensors of sums that run at the same time, each in memory of its own, which other sums take before and after.
    private mutating func place(_ begun: [Int], _ plan: PlanInfo, _ owner: [Int: Int]) {
        var end = 0
        for (tensor, number) in owner.sorted(by: { $0.key < $1.key }) where begun.contains(number) {
            let info = plan.tensors[tensor]
            guard info.region == .arena, !info.isBatched, info.partOf == nil,
                !plan.tensors.contains(where: { $0.partOf == tensor })
            else {
                obstacle = obstacle ?? "the sum \"\(info.name)\" is a part of another value"
                continue
            }
            places[tensor] = end
            end += (info.bytes + 63) / 64 * 64
        }
        bytes = max(bytes, end)
    }

    /// What of a step that sums nothing does not let a range of samples be computed alone.
    private static func obstacle(_ plan: PlanInfo, _ step: StepInfo, _ uses: [OperandUse]) -> String? {
        let tensors = uses.map { plan.tensors[$0.tensor] }
        let readsSamples = zip(uses, tensors).contains { $0.access != .write && $1.isBatched }
        for (use, tensor) in zip(uses, tensors) {
            switch step.scope {
            case .batch where tensor.isBatched && tensor.partOf != nil:
                return "\"\(step.name)\" looks at a part of a value of all samples"
            case .samples where use.access != .read && readsSamples && !tensor.isBatched:
                if tensor.role != .scratch && tensor.region == .arena {
                    return "\"\(step.name)\" makes one value of all samples"
                }
            default: continue
            }
        }
        return nil
    }
}

extension StepInfo {
    /// The name of the value that this step, or one behind it, makes: without the number of one of several steps.
    fileprivate var operationName: Substring {
        guard let mark = name.lastIndex(of: "#"), name[mark...].dropFirst().allSatisfy(\.isNumber) else {
            return name[...]
        }
        return name[..<mark]
    }
}
