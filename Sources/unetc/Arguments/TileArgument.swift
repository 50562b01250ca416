import ArgumentParser
import Driver
import Strategy
import struct GraphIR.Extent

/// `auto`, `none`, or the size of a tile in pixels: `512`, `384x512` (height by width).
enum TileArgument: ExpressibleByArgument {
    case auto
    case none
    case size(Extent)

    init?(argument: String) {
        if argument == "auto" {
            self = .auto
            return
        }
        if argument == "none" {
            self = .none
            return
        }
        let sides = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard (1...2).contains(sides.count), let height = sides.first, let width = sides.last,
            sides.allSatisfy({ (1..<1 << 15).contains($0) })
        else { return nil }
        self = .size(Extent(height, width))
    }

    /// Asks for the plan `tile`, unless it is not wanted.
    func apply(to options: inout CompileOptions) {
        if case .none = self { return }
        options.plans.append(.tile)
        if case .size(let extent) = self { options.tileSize = extent }
    }
}
