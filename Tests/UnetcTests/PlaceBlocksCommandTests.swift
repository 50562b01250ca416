import TestSupport
import Testing

/// `unetc plan` as a program.
@Suite struct PlaceBlocksCommandTests {
    private static let blocks = "id,lower,upper,size\nb1,0,3,4\nb2,3,9,4\nb3,0,9,4\nb4,9,21,4\nb5,0,21,4\n"

    @Test func blocksArePlacedAndWritten() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        let run = try program.run("plan - --capacity 12 --output placed.csv", input: Self.blocks)
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.output == "5 blocks: 12 bytes, lower bound 12, gap 0.00 %; proven optimal\n")
        #expect(run.errors.hasPrefix("took "))
        let placed = try program.text("placed.csv")
        #expect(placed.hasPrefix("id,lower,upper,size,offset\nb1,0,3,4,"))
        let again = try program.run("plan placed.csv")
        #expect(again.output == run.output, "\(again.errors)")
    }

    @Test func whatDoesNotFitFails() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        let run = try program.run("plan - --capacity 11 --output placed.csv", input: Self.blocks)
        #expect(run.exitCode == 1 && run.output == "")
        #expect(run.errors.contains("error: -: no placement fits into 11 bytes: 12 bytes are needed at once"))
        #expect(throws: (any Error).self) { try program.text("placed.csv") }
        #expect(try program.run("plan missing.csv").exitCode == 1)
        #expect(try program.run("plan - --capacity -1").exitCode == 2)
        let broken = try program.run("plan -", input: "id,lower,upper,size\na,2,1,4\n")
        #expect(broken.exitCode == 1 && broken.errors.contains("standard input:2:5: error:"), "\(broken.errors)")
    }
}
