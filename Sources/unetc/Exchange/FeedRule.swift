import Emission
import GraphIR

/// What the values of an input or target of `unetc run` may be. Anything else would go through the kernels and come out as a
/// number that means nothing.
enum FeedRule {
    case finite
    /// Numbers of classes, from 0 to below `count`, and one that does not count; any whole number where nothing compares them.
    case classes(count: Int?, ignored: Int?)

    init(of name: String, in graph: Graph) {
        guard let id = graph.id(named: name), graph[id].type.isClasses else {
            self = .finite
            return
        }
        let classes = graph.classes(of: id)
        self = .classes(count: classes?.count, ignored: classes?.ignored)
    }

    /// - Throws: `CommandFailure` that names the first value at fault and its place.
    func check(_ values: [Float], shape: [Int], name: String, file: String) throws {
        guard let index = values.firstIndex(where: { !allows($0) }) else { return }
        let value = values[index]
        let number = value == value.rounded() && abs(value) < 0x1p53 ? "\(Int(value))" : "\(value)"
        throw CommandFailure(
            "\(file): \"\(name)\" holds \(number) at \(Self.place(index, shape)), expected \(expectation)")
    }

    private func allows(_ value: Float) -> Bool {
        switch self {
        case .finite: return value.isFinite
        case .classes(let count, let ignored):
            guard value.isFinite, value == value.rounded() else { return false }
            return value == ignored.map(Float.init) || (value >= 0 && count.map { value < Float($0) } ?? true)
        }
    }

    private var expectation: String {
        switch self {
        case .finite: return "finite numbers"
        case .classes(let count, let ignored):
            let classes = count.map { "class numbers from 0 to \($0 - 1)" } ?? "class numbers"
            return classes + (ignored.map { ", or \($0), which does not count" } ?? "")
        }
    }

    /// `[1, 0, 3]`: the sample first, then the place in it.
    private static func place(_ index: Int, _ shape: [Int]) -> [Int] {
        var rest = index
        var place: [Int] = []
        for size in shape.reversed() {
            place.append(rest % max(1, size))
            rest /= max(1, size)
        }
        return place.reversed()
    }
}
