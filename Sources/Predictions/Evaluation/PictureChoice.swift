import Tasks

/// The pictures of a test that show how good it was: the worst, those in the middle, and the best.
package struct PictureChoice: Hashable, Sendable {
    package struct Group: Hashable, Sendable {
        package var title: String
        /// Places in the test's order, the worst first, but of the best the best.
        package var places: [Int]
    }

    package private(set) var groups: [Group] = []

    /// - Parameters:
    ///   - pictures: in the order of the test.
    ///   - most: of a group.
    package init(_ pictures: [PictureScores], most: Int = 3) {
        let order = pictures.indices.sorted { pictures[$0].isWorse(than: pictures[$1]) }
        guard order.count >= 3 else {
            if !order.isEmpty {
                groups = [Group(title: order.count == 1 ? "The picture" : "Both pictures", places: order)]
            }
            return
        }
        let count = min(most, order.count / 3)
        let middle = (order.count - count) / 2
        groups = [
            Group(title: "The worst", places: Array(order.prefix(count))),
            Group(title: "In the middle", places: Array(order[middle..<middle + count])),
            Group(title: "The best", places: Array(order.suffix(count).reversed())),
        ]
    }

    package var places: [Int] { groups.flatMap(\.places) }
}
