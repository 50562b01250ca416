import TestSupport
import Testing

@testable import unetc

/// `unetc budget` and `unetc compile --memory`.
@Suite struct BudgetCommandTests {
    private static let graph = checkoutFolder() + "/graphs/unet-small.graph -D width=4 -D size=32"

    @Test func theCurveFalls() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        let run = try program.run("budget \(Self.graph) --batch 4 --csv curve.csv --png curve.png")
        #expect(run.exitCode == 0, "\(run.errors)")
        let rows = try program.text("curve.csv").split(separator: "\n").dropFirst().map {
            $0.split(separator: ",").compactMap { Double($0) }
        }
        #expect(rows.count > 2)
        for (faster, slower) in zip(rows, rows.dropFirst()) {
            #expect(slower[0] < faster[0] && slower[4] >= faster[4], "\(faster), then \(slower)")
        }
        #expect(try program.run("check curve.png").exitCode == 1, "a picture is no graph")
    }

    @Test func whatNeverFitsSaysTheLeast() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        let run = try program.run("compile \(Self.graph) --memory 1M --output out")
        #expect(run.exitCode == 1)
        #expect(run.errors.contains("training does not fit into 1.0 MiB"), "\(run.errors)")
        #expect(run.errors.contains("hint: the least is --memory"), "\(run.errors)")
    }

    @Test(arguments: ["lots", "12", "-5M", "0M", "M", "1e99G"])
    func otherWordsAreRefused(_ word: String) { #expect(MemoryArgument(argument: word) == nil) }

    @Test func sizesAndStrategies() throws {
        guard case .budget(let bytes)? = MemoryArgument(argument: "1.5G"),
            case .strategy(.naive)? = MemoryArgument(argument: "naive")
        else {
            Issue.record("1.5G and naive are not understood")
            return
        }
        #expect(bytes == 3 << 29)
    }
}
