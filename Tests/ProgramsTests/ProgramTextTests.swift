import GraphIR
import Programs
import TestSupport
import Testing

@Suite struct ProgramTextTests {
    /// Layouts that differ from value to value, those of leaves too; each convolution by another algorithm, and each step
    /// with other demands.
    private func sample() throws -> Program {
        let graph = try SampleGraph.smallUNet()
        let layouts: [Layout] = [.nchw, .blocked(8), .blocked(16), .nchw]
        let reasons = AlgorithmChoice.Reason.allCases
        var program = Program(graph, layouts: graph.ids.map { layouts[$0.index % layouts.count] }) { id in
            guard graph[id].op.convGeometry != nil else { return nil }
            let candidates = ConvolutionAlgorithm.allCases
            return AlgorithmChoice(
                candidates[id.index % candidates.count], reason: reasons[id.index % reasons.count],
                predictions: candidates.enumerated().map { .init($1, milliseconds: 1e-5 / Double($0 + 3)) })
        }
        for id in program.steps {
            program[id].scratchBytes = id.index % 2 * 64
            program[id].preparedBytes = id.index % 3 * 128
            program[id].workspaceBytes = id.index % 5 * 4
            program[id].milliseconds = id.index % 4 == 0 ? nil : 1 / Double(id.index)
            if id.index % 3 == 0, !program.results.contains(id) { program.setElement(.bfloat16, of: id) }
        }
        return program
    }

    @Test func readsBackWhatItPrints() throws {
        let program = try sample()
        let read = try Program(parsing: program.text)
        #expect(read == program)
        #expect(read.text == program.text)
    }

    @Test(arguments: [
        ("", 4, "expected 'program {', found the end of the text"),
        ("plan", 5, "expected 'program {', found 'plan'"),
        ("program {", 5, "expected 'step %NUMBER' or '}', found the end of the text"),
        ("program {\n}", 6, "expected a step for %1, found '}'"),
        ("program {\nwhat\n}", 6, "expected 'step %NUMBER', 'value %NUMBER' or '}', found 'what'"),
        ("program {\nstep %0\n}", 6, "%0 is there before the first step; remove this one"),
        ("program {\nstep %1\nstep %1\n}", 7, "%1 has a step already; remove this one"),
        ("program {\nstep %2\n}", 6, "%2 needs %1, which has no step on an earlier line"),
        ("program {\nstep %7\n}", 6, "expected a node of the graph, found %7; it has 3 nodes"),
        ("program {\nstep %1 in nhwc\n}", 6, "expected a layout such as nchw or nchw8c, found 'nhwc'"),
        ("program {\nstep %1 in nchw0c\n}", 6, "expected a layout such as nchw or nchw8c, found 'nchw0c'"),
        ("program {\nstep %1 twice\n}", 6, "expected the end of the line, found 'twice'"),
        ("program {\nstep %1\nstep %2\n}\nmore", 9, "expected nothing behind the program's '}', found 'more'"),
        ("program {\nstep %1 by direct\n}", 6, "%1 is no convolution, and has no algorithm; remove 'by'"),
        ("program {\nstep %1 {scratch: -1}\n}", 6, "expected 0 to 8796093022208 for 'scratch', found -1"),
        ("program {\nstep %1 {ms: nan}\n}", 6, "expected a time for 'ms', found nan"),
        ("program {\nstep %1 {size: 1}\n}", 6, "unexpected attribute 'size'; remove it"),
    ])
    func errorsNameTheLine(_ program: String, _ line: Int, _ message: String) {
        let graph =
            "graph g {\n  %0 x = input : [N]\n  %1 y = elementwise(%0) : [N]\n  %2 z = elementwise(%1) : [N]\n}\n"
            .replacing("elementwise", with: "relu")
        #expect(throws: GraphTextError(line: program.isEmpty ? 5 : line + 1, message)) {
            try Program(parsing: graph + program)
        }
    }

    @Test(arguments: [
        ("by winograd2 {", "by best {", "expected one of patch, narrow-output, narrow-input, winograd4, winograd2, "),
        ("reason: ", "reason: un", "expected one of cost_model, forced, tuned, tiles for 'reason', found 'un"),
        ("candidates: patch_", "candidates: patch__", "expected one of patch, "),
        ("candidates: patch_", "candidates: ", "expected a time for each of 7 candidates, "),
        ("predicted: 3", "predicted: -3", "expected a time for each of 8 candidates, "),
    ])
    func choicesThatMakeNoSenseAreRefused(_ part: String, _ change: String, _ message: String) throws {
        let text = try sample().text
        try #require(text.contains(part), "\(part) is not in\n\(text)")
        let error = #expect(throws: GraphTextError.self) {
            try Program(parsing: text.replacing(part, with: change, maxReplacements: 1))
        }
        #expect(error?.message.hasPrefix(message) == true, "\(error?.description ?? "")")
    }
}
