import TestSupport
import Testing

/// `unetc bundle`: what it says of a net.
@Suite struct BundleCommandTests {
    /// The graph as it is trained says what its output means, not that of predictions, which has neither target nor loss.
    @Test(arguments: [
        ("unet-labels", "-D width=8 -D size=32", "NET_TASK_LABELS", "bit i for label i"),
        ("autoencoder", "-D width=8", "NET_TASK_RECONSTRUCTION", "the picture again"),
    ])
    func theOutputMeansWhatItLearned(net: String, flags: String, task: String, meaning: String) throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        let bundled = try #require(BundledNet.all.first { $0.name == net })
        try program.write("net.graph", try bundled.text())
        let run = try program.run("bundle net.graph \(flags) --output b --name net --target x86-64 --tile none")
        try #require(run.exitCode == 0, "\(run.errors)")
        #expect(try program.text("b/net_picture_net.c").contains(task))
        #expect(try program.text("b/net.h").contains(meaning))
    }
}
