import TestSupport
import Testing

@Suite struct InspectCommandTests {
    /// The full net's nodes, small enough to be compiled at once.
    private let flags = "net.graph -D width=16 -D size=32 --batch 2 --target x86-64-v3"

    private func program(_ net: String = "unet") throws -> UnetcProgram {
        let program = try UnetcProgram()
        let bundled = try #require(BundledNet.all.first { $0.name == net })
        try program.write("net.graph", try bundled.text())
        return program
    }

    @Test func thePageIsTheSameFromTwoProcesses() throws {
        let program = try program("unet-small")
        defer { program.remove() }
        for name in ["a.html", "b.html"] {
            let run = try program.run("inspect \(flags) --html \(name)")
            #expect(run.exitCode == 0 && run.output == "wrote \(name)\n", "\(run.errors)")
        }
        #expect(try program.text("a.html") == (try program.text("b.html")))
    }

    @Test(.enabled(if: Browser.program != nil, "chromium is not installed: apt-get install chromium"))
    func aPersonFindsTheirWay() throws {
        let program = try program()
        defer { program.remove() }
        try program.write("times.json", profile(["enc1_1", "enc1_2#1", "enc1_2"]))
        let run = try program.run("inspect \(flags) --html page.html --profile times.json")
        try #require(run.exitCode == 0, "\(run.errors)")
        let browser = try Browser(folder: program.folder)
        let address = "file://\(program.folder)/page.html"
        try browser.open(address)
        let text = { try browser.evaluate($0).string ?? "" }
        let heading = "document.querySelector('#details h2').textContent"
        #expect(try text("document.querySelector('#title').textContent") == "unet")

        // Search by keyboard alone.
        try browser.press("/")
        try browser.type("enc1_1")
        #expect(try text("document.querySelector('#matches li').firstChild.data") == "enc1_1")
        try browser.press("Enter", code: 13)
        #expect(try text(heading) == "enc1_1")
        #expect(try text("document.activeElement.dataset.name") == "enc1_1")
        #expect(try text("document.querySelector('#details pre').textContent").contains("void enc1_1_conv("))

        // Stages: by key, and by mouse; what was chosen stays so.
        try browser.press("5")
        #expect(try text("document.querySelector('#stages input:checked').value") == "planned")
        #expect(try text(heading) == "enc1_1")
        for name in ["graph", "backward", "fused", "program", "planned"] {
            try browser.click("#stages label:has([value=\(name)])")
            #expect(try text("document.querySelector('#stages input:checked').value") == name)
            #expect(try browser.evaluate("document.querySelectorAll('.node').length").integer ?? 0 > 30)
        }

        // A click shows shape, line, work, algorithm, time and kernel.
        try browser.click(".node[data-name=enc1_2]")
        #expect(try text(heading) == "enc1_2")
        let details = try text("document.querySelector('#details').textContent")
        for part in [
            "[N, 16, 32, 32]", "net.graph:18:12", "FLOP", "moved", "arena +", "GFLOP/s", "void enc1_2_conv(",
            "enc1_2 = relu(conv(enc1_1, width, kernel: 3, padding: 1))",
        ] { #expect(details.contains(part), "\(part) is missing in \(details.prefix(1500))") }

        // From the arena to the graph and back.
        #expect(try text("document.querySelector('.slot.chosen').dataset.name") == "enc1_2")
        try browser.click(".slot[data-name=enc2_1]")
        #expect(try text("document.querySelector('.node.chosen').dataset.name") == "enc2_1")

        // From box to box by arrows: down, beside, and up again.
        _ = try browser.evaluate("document.querySelector('.node[data-name=enc2_1]').focus()")
        try browser.press("ArrowDown", code: 40)
        #expect(try text(heading) == "enc2_2")
        try browser.press("ArrowRight", code: 39)
        #expect(try text(heading).hasPrefix("dec2_1") || text(heading) == "upsample2")
        try browser.press("Escape", code: 27)
        #expect(try text(heading) == "unet")

        // Light and dark.
        let paper = "getComputedStyle(document.body).backgroundColor"
        try browser.call(
            "Emulation.setEmulatedMedia", #"{"features": [{"name": "prefers-color-scheme", "value": "dark"}]}"#)
        let dark = try text(paper)
        try browser.press("t")
        #expect(try text(paper) == "rgb(255, 255, 255)" && dark != "rgb(255, 255, 255)")

        // The address leads back.
        try browser.click(".node[data-name=dec1_1]")
        let hash = try text("location.hash")
        try browser.open(address + "?again" + hash)
        #expect(try text(heading) == "dec1_1")

        #expect(browser.complaints == [])
        _ = try browser.evaluate("console.error('planted')")
        #expect(browser.complaints.count == 1, "what a page complains of is seen")
        #expect(
            browser.requests.filter { !$0.hasPrefix("file:") && !$0.hasPrefix("data:") && $0 != "about:blank" } == [])
    }

    @Test(.enabled(if: Browser.program != nil, "chromium is not installed: apt-get install chromium"))
    func aGraphsTextRunsNothing() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        let hostile = "</script><script>document.title = \"broken\"</script><!-- <script> {{script}} {{code}}"
        try program.write(
            "net.graph",
            """
            // \(hostile)
            graph g {
              input x: [1, 8, 8]
              target t: [1, 8, 8]
              output y = conv(x, 1, kernel: 3, padding: 1)
              loss mse(y, t)
            }
            """)
        let run = try program.run("inspect net.graph --html page.html --target x86-64-v3")
        try #require(run.exitCode == 0, "\(run.errors)")
        let browser = try Browser(folder: program.folder)
        try browser.open("file://\(program.folder)/page.html#node=y&stage=planned")
        #expect(try browser.evaluate("document.title").string == "g, plan train")
        try browser.click("#tab-source")
        #expect(try browser.evaluate("document.querySelector('#source').textContent").string?.contains(hostile) == true)
        #expect(browser.complaints == [])
    }

    /// What was given as a profile, and what the message begins with.
    @Test(arguments: [
        ("", "error: times.json: invalid JSON"),
        ("{}", "error: times.json: expected the schema \"unetc-bench\", found none"),
        (#"{"schema": "unetc-bench", "version": 9}"#, "error: times.json: expected version 1, found 9"),
        (#"{"schema": "unetc-bench", "version": 1}"#, "error: times.json: expected batch, threads, times"),
    ])
    func profilesThatAreNone(_ text: String, _ message: String) throws {
        let program = try program("unet-small")
        defer { program.remove() }
        try program.write("times.json", text)
        let run = try program.run("inspect net.graph --html page.html --profile times.json")
        #expect(run.exitCode == 1)
        #expect(run.errors.hasPrefix(message), "\(run.errors)")
    }

    @Test func aProfileOfAnotherPlanIsNoticed() throws {
        let program = try program("unet-small")
        defer { program.remove() }
        try program.write("times.json", profile(["enc1.conv1", "stranger"]))
        let run = try program.run("inspect \(flags) --batch 3 --html page.html --profile times.json")
        #expect(run.exitCode == 0)
        #expect(
            run.errors.contains("warning: 1 of the 2 steps of the profile are not in this plan, such as \"stranger\""))
        #expect(run.errors.contains("warning: the profile is of batch 2, the plan of 3"), "\(run.errors)")
    }

    private func profile(_ names: [String]) -> String {
        let layers = names.map { "{\"name\": \"\($0)\", \"ms\": 2.5, \"gflops\": 12.5, \"percent_of_peak\": 25}" }
        return """
            {"schema": "unetc-bench", "version": 1, "plan": "train", "batch": 2, "threads": 2, "peak_gflops": 50,
             "train_step": {"min_ms": 9, "median_ms": 10}, "layers": [\(layers.joined(separator: ", "))]}
            """
    }
}
