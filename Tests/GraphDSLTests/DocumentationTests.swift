import GraphIR
import TestSupport
import Testing

/// The language's description has a line for each declared function and loss, as the declaration says it.
@Suite struct DocumentationTests {
    private static let lines: [String] =
        FunctionDeclaration.activations.map { "| `\($0.usage)` | \($0.summary ?? "") |" }
        + LossDeclaration.all.map { declaration in
            // A bar in a table.
            let summary = declaration.summary.split(separator: "|", omittingEmptySubsequences: false)
            return "| `\(declaration.usage)` | \(summary.joined(separator: "\\|")) |"
        }

    @Test(arguments: lines) func isDescribed(_ line: String) throws {
        let text = try repositoryText("docs/LANGUAGE.md")
        #expect(text.split(separator: "\n").contains { $0 == line })
    }

    /// The example of the page for those who come from PyTorch.
    @Test func theNetWrittenOutForPyTorchCompiles() throws {
        let lines = try repositoryText("docs/FROM_PYTORCH.md").split(separator: "\n", omittingEmptySubsequences: false)
        let example = lines.drop { $0 != "```graph" }.dropFirst().prefix { $0 != "```" }.joined(separator: "\n")
        #expect(try compiled(example).loss != nil)
    }
}
