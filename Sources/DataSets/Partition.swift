import Base
import TrainerSupport

/// How the samples of data that does not come parted are parted into those that train and those that test.
package struct Partition: Hashable, Sendable {
    /// The share that trains.
    var split: Double
    /// The first ones train, instead of a shuffled draw.
    var isSorted: Bool
    /// The part that tests, in place of `split`.
    var fold: Fold?
    /// Which of them belong together; nil where each stands for itself, or a list says it.
    var groups: GroupRule?
    var seed: UInt64

    package init(_ settings: DataSettings, seed: UInt64) {
        split = settings.split
        isSorted = settings.isSorted
        fold = settings.fold
        groups = settings.groups
        self.seed = seed
    }

    /// The indices of the samples that train and of those that test.
    package struct Parts: Hashable, Sendable {
        package var training: [Int]
        package var testing: [Int]
        /// What was kept whole; nil without groups.
        package var groups: GroupFindings?
    }

    /// - Parameter samples: their names, and their groups where a list says them.
    /// - Throws: `TrainerError` when groups cannot be told, or are too few to be parted.
    package func parts(of samples: [(name: String, group: String?)]) throws -> Parts {
        let order = DataSet.order(count: samples.count, isSorted: isSorted, seed: seed)
        guard let names = try groupNames(samples) else {
            let (training, testing) =
                fold.map { $0.parts(order) }
                ?? DataSet.parts(count: samples.count, split: split, isSorted: isSorted, seed: seed)
            return Parts(training: training, testing: testing)
        }
        let groups = SampleGroups(names, order: order)
        let tested = try fold.map { try groups.members(of: $0) } ?? groups.closest(to: split)
        var parts = Parts(training: [], testing: [])
        for index in order {
            if tested.contains(groups.number(of: index)) {
                parts.testing.append(index)
            } else {
                parts.training.append(index)
            }
        }
        parts.groups = GroupFindings(
            rule: self.groups?.description, count: groups.sizes.count, testing: tested.count,
            alone: names.count { $0 == nil })
        return parts
    }

    /// nil where no group is spoken of.
    func groupNames(_ samples: [(name: String, group: String?)]) throws -> [String?]? {
        if let groups { return try groups.groups(of: samples.map(\.name)) }
        return samples.contains { $0.group != nil } ? samples.map(\.group) : nil
    }

    /// Of data that comes parted.
    /// - Throws: `TrainerError` that names a group of which there are samples in both parts.
    package func check(training: [StoredSample], testing: [StoredSample]) throws {
        func named(_ samples: [StoredSample]) throws -> [(String, StoredSample)] {
            let names = try groupNames(samples.map { ($0.name, $0.pair?.group) }) ?? []
            return zip(names, samples).compactMap { name, sample in name.map { ($0, sample) } }
        }
        guard !training.isEmpty, !testing.isEmpty else { return }
        let known = Dictionary(try named(training), uniquingKeysWith: { first, _ in first })
        for (name, sample) in try named(testing) {
            guard let other = known[name] else { continue }
            throw TrainerError(
                "group \(name) is on both sides of the split: \(other.file) trains and \(sample.file) tests",
                hint: "move one of them; or name one folder to be parted by --groups, with --images and --masks")
        }
    }
}

/// Samples by their groups, which are numbered in the order of the draw.
private struct SampleGroups {
    private(set) var sizes: [Int] = []
    private var numbers: [Int]

    /// - Parameter names: of each sample's group; nil for one that stands for itself.
    init(_ names: [String?], order: [Int]) {
        numbers = Array(repeating: 0, count: names.count)
        var known: [ExactText: Int] = [:]
        for index in order {
            let name = names[index].map(ExactText.init)
            if let number = name.flatMap({ known[$0] }) {
                numbers[index] = number
                sizes[number] += 1
            } else {
                if let name { known[name] = sizes.count }
                numbers[index] = sizes.count
                sizes.append(1)
            }
        }
    }

    func number(of sample: Int) -> Int { numbers[sample] }

    /// Those that test, so that as many samples train as come closest to a share; neither part is empty, unless that is
    /// asked for.
    func closest(to split: Double) throws -> Set<Int> {
        let all = numbers.count
        let wanted = all - min(all, max(0, Int(split * Double(all))))
        if wanted == 0 { return [] }
        if split <= 0 { return Set(sizes.indices) }
        guard sizes.count > 1 else {
            throw Self.tooFew(sizes.count, "to be parted into those that train and those that test")
        }
        // Sums of whole groups, the last of the draw first, as the last samples of a draw test; each with the group that
        // reached it first.
        var reached = [Int?](repeating: nil, count: all + 1)
        for number in sizes.indices.reversed() {
            let size = sizes[number]
            for sum in stride(from: all - size, through: 0, by: -1) where reached[sum + size] == nil {
                if sum == 0 || reached[sum] != nil { reached[sum + size] = number }
            }
            if reached[wanted] != nil { break }
        }
        let sums = (1..<all).filter { reached[$0] != nil }
        guard var left = sums.min(by: { (abs($0 - wanted), $0) < (abs($1 - wanted), $1) }) else { return [] }
        var tested: Set<Int> = []
        while left > 0, let number = reached[left] {
            tested.insert(number)
            left -= sizes[number]
        }
        return tested
    }

    /// Those that test in a fold: the largest groups first, each into the fold that has fewest samples.
    func members(of fold: Fold) throws -> Set<Int> {
        guard sizes.count >= fold.count else { throw Self.tooFew(sizes.count, "for --folds \(fold.count)") }
        var counts = [Int](repeating: 0, count: fold.count)
        var members: Set<Int> = []
        for number in sizes.indices.sorted(by: { (sizes[$1], $0) < (sizes[$0], $1) }) {
            let place = counts.indices.min { (counts[$0], $0) < (counts[$1], $1) } ?? 0
            counts[place] += sizes[number]
            if place == fold.number - 1 { members.insert(number) }
        }
        return members
    }

    private static func tooFew(_ count: Int, _ purpose: String) -> TrainerError {
        TrainerError(
            "all pictures are of \(Text.count(count, "group")), too few \(purpose)",
            hint: "look whether --groups says what you mean; \"{}_*\" takes what stands before the first _ of a name")
    }
}
