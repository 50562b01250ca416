/// One of several equal parts of the data, which tests while the others train.
///
/// Written as `3/5`: the third of five.
package struct Fold: Hashable, Sendable, CustomStringConvertible {
    /// From 1.
    var number: Int
    package var count: Int

    package var description: String { "\(number)/\(count)" }

    package init(number: Int, count: Int) {
        self.number = number
        self.count = count
    }

    /// Reads what `description` wrote; nil for anything else.
    package init?(_ text: String) {
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let number = numbers[0], let count = numbers[1], count > 1,
            (1...count).contains(number)
        else { return nil }
        self.init(number: number, count: count)
    }

    /// Parts an order of samples: the folds of one count are disjoint, hold everything, and differ by at most one sample.
    func parts(_ order: [Int]) -> (training: [Int], testing: [Int]) {
        let start = order.count * (number - 1) / count
        let end = order.count * number / count
        return (Array(order[..<start] + order[end...]), Array(order[start..<end]))
    }
}
