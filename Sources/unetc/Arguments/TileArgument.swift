import ArgumentParser
import Driver
import Passes
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

    /// Asks for plans for tiles, unless they are not wanted: of the size given alone, or of several.
    func apply(to options: inout CompileOptions) {
        switch self {
        case .none: break
        case .auto: options.plans += PlanKind.tiles
        case .size(let extent):
            options.plans.append(.tile)
            options.tileSize = extent
        }
    }
}
