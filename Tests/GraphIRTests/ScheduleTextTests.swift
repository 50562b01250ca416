import GraphIR
import TestSupport
import Testing

@Suite struct ScheduleTextTests {
    /// Steps in graph order; layouts that differ from value to value, those of leaves too.
    private func sample() throws -> Schedule {
        let graph = try SampleGraph.smallUNet()
        let layouts: [Layout] = [.nchw, .blocked(8), .blocked(16), .nchw]
        return Schedule(
            graph: graph, steps: graph.ids.filter { !graph[$0].op.isLeaf },
            layouts: graph.ids.map { layouts[$0.index % layouts.count] })
    }

    @Test func readsBackWhatItPrints() throws {
        let schedule = try sample()
        let read = try Schedule(parsing: schedule.text)
        #expect(read == schedule)
        #expect(read.text == schedule.text)
    }

    @Test(arguments: [
        ("", 4, "expected 'schedule {', found the end of the text"),
        ("plan", 5, "expected 'schedule {', found 'plan'"),
        ("schedule {", 5, "expected 'step %NUMBER' or '}', found the end of the text"),
        ("schedule {\n}", 6, "expected a step for %1, found '}'"),
        ("schedule {\nwhat\n}", 6, "expected 'step %NUMBER', 'value %NUMBER' or '}', found 'what'"),
        ("schedule {\nstep %0\n}", 6, "%0 is there before the first step; remove this one"),
        ("schedule {\nstep %1\nstep %1\n}", 7, "%1 has a step already; remove this one"),
        ("schedule {\nstep %2\n}", 6, "%2 needs %1, which has no step on an earlier line"),
        ("schedule {\nstep %7\n}", 6, "expected a node of the graph, found %7; it has 3 nodes"),
        ("schedule {\nstep %1 in nhwc\n}", 6, "expected a layout such as nchw or nchw8c, found 'nhwc'"),
        ("schedule {\nstep %1 in nchw0c\n}", 6, "expected a layout such as nchw or nchw8c, found 'nchw0c'"),
        ("schedule {\nstep %1 twice\n}", 6, "expected the end of the line, found 'twice'"),
        ("schedule {\nstep %1\nstep %2\n}\nmore", 9, "expected nothing behind the schedule's '}', found 'more'"),
    ])
    func errorsNameTheLine(_ schedule: String, _ line: Int, _ message: String) {
        let graph =
            "graph g {\n  %0 x = input : [N]\n  %1 y = elementwise(%0) : [N]\n  %2 z = elementwise(%1) : [N]\n}\n"
            .replacing("elementwise", with: "relu")
        #expect(throws: GraphTextError(line: schedule.isEmpty ? 5 : line + 1, message)) {
            try Schedule(parsing: graph + schedule)
        }
    }
}
