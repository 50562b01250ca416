import Base

/// What is done to a mask or class map once all of it is there: small parts, or all but the largest part, of the object or of each
/// class but 0 become background.
package struct Postprocessing: Hashable, Sendable {
    /// Of the object, or of each class, the largest component alone stays; of equal ones the first from the top.
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
