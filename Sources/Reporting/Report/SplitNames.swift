import Base
import DataSets

/// Which pictures train and which test.
package struct SplitNames: Hashable, Sendable {
    let training: [String]
    let testing: [String]

    package init(_ data: DataSet) {
        training = data.training.map { data.samples[$0].name }
        testing = data.testing.map { data.samples[$0].name }
    }

    /// Of each part; the page stays small with any number of pictures.
    private static let most = 1000

    var html: String { Self.part("test", testing) + Self.part("train", training) }

    private static func part(_ verb: String, _ names: [String]) -> String {
        guard !names.isEmpty else { return "" }
        let left = names.count > most ? "<li>and \(names.count - most) more</li>" : ""
        let items = names.prefix(most).map { "<li>\(HTML.text($0))</li>" }.joined()
        return
            "\n<details id=\"names-\(verb)\"><summary>The \(Text.count(names.count, "picture")) that \(verb)</summary>"
            + "<ul class=\"names\">\(items)\(left)</ul></details>"
    }
}
