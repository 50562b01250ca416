import Driver
import Strategy
import GraphIR
import Passes
import Testing

@testable import unetc

@Suite struct TileArgumentTests {
    @Test(arguments: [("512", Extent(512, 512)), ("384x512", Extent(384, 512)), ("auto", nil)] as [(String, Extent?)])
    func sizesAreRead(_ text: String, _ size: Extent?) throws {
        var options = CompileOptions(target: .x86v3, jobs: 1)
        try #require(TileArgument(argument: text)).apply(to: &options)
        #expect(
            options.plans.contains(.tile) && options.plans.contains(.tileHalf) == (text == "auto")
                && options.tileSize == size)
    }

    @Test(arguments: ["", "0", "x", "12x", "-3", "1x2x3", "40000", "large"])
    func nonsenseIsRefused(_ text: String) { #expect(TileArgument(argument: text) == nil) }
}
