import Base
import Tasks

/// What is done to a mask or class map once all of it is there: small parts, or all but the largest part, of the object, of each
/// class but 0, or of each label, become background.
package struct Postprocessing: Hashable, Sendable {
    /// Of the object, or of each class or label, the largest component alone stays; of equal ones the first from the top.
    package var keepsLargest: Bool
    /// Components of fewer pixels go.
    package var leastPixels: Int
    package var connectivity: Connectivity

    package init(keepsLargest: Bool = false, leastPixels: Int = 0, connectivity: Connectivity = .eight) {
        self.keepsLargest = keepsLargest
        self.leastPixels = leastPixels
        self.connectivity = connectivity
    }

    package static let none = Postprocessing()

    package var isNone: Bool { !keepsLargest && leastPixels <= 1 }

    /// The same of what a task has: of labels that may overlap, for each of them, since their parts are their own.
    func apply(to labels: inout [UInt8], width: Int, _ task: TrainingTask) {
        guard let range = task.labels, !isNone else { return apply(to: &labels, width: width) }
        for number in 0..<range.count {
            let bit = LabelRange.bit(number)
            var plane = labels.map { $0 & bit }
            apply(to: &plane, width: width)
            for place in labels.indices { labels[place] = labels[place] & ~bit | plane[place] }
        }
    }

    /// Row by row; memory is 32 bytes for each run of equal labels, and as much again for the list of components.
    func apply(to labels: inout [UInt8], width: Int) {
        guard !isNone, !labels.isEmpty else { return }
        var components = Components(labels, width: width, connectivity: connectivity)
        components.clean(&labels, width: width) { found in
            var largest: [UInt8: Int] = [:]
            for (number, component) in found.enumerated()
            where component.pixels > largest[component.label].map({ found[$0].pixels }) ?? 0 {
                largest[component.label] = number
            }
            return found.enumerated().map { number, component in
                component.pixels >= leastPixels && (!keepsLargest || largest[component.label] == number)
            }
        }
    }

    /// As the flags that ask for it: `--keep-largest --min-size 20`; empty for none.
    package var flags: String {
        var parts: [String] = []
        if keepsLargest { parts.append("--keep-largest") }
        if leastPixels > 1 { parts.append("--min-size \(leastPixels)") }
        if !parts.isEmpty, connectivity != .eight { parts.append("--connectivity \(connectivity.rawValue)") }
        return parts.joined(separator: " ")
    }
}
