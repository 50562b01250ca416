import TestSupport
import Testing

/// The commands of `docs/EXCHANGE.md`, one after the other in one folder.
@Suite struct ExchangeGuideTests {
    /// Lines of the blocks of shell, in their order.
    private static func commands() throws -> [String] {
        let text = String(decoding: try readBytes(checkoutFolder() + "/docs/EXCHANGE.md"), as: UTF8.self)
        var isShell = false
        return text.split(separator: "\n", omittingEmptySubsequences: false).compactMap { line in
            if line.hasPrefix("```") {
                isShell = line == "```sh"
                return nil
            }
            return isShell ? String(line) : nil
        }
    }

    @Test func everyCommandRuns() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        #expect(program.shell("ln -s '\(checkoutFolder())/graphs' graphs") == 0)
        let net = try #require(BundledNet.all.first { $0.name == "unet-small" })
        try ExportCommandTests.writeWeights(
            program.folder + "/weights.safetensors",
            of: BundledNet(net.name, overriding: [("width", "8"), ("size", "64")]))
        let commands = try Self.commands()
        #expect(
            commands.count { $0.hasPrefix("unetc export") } >= 3 && commands.count { $0.hasPrefix("unetc import") } >= 2
        )
        for command in commands {
            let line = command.replacing("unetc", with: "$unetc", maxReplacements: 1)
            let status = program.shell("(\(line)) > said 2>&1")
            let said = try program.text("said")
            #expect(status == 0, "\(command): \(said)")
        }
    }
}
