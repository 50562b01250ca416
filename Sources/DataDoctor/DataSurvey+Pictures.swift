import Base
import DataSets

extension DataSurvey {
    /// What is odd about the pictures themselves.
    var pictureFindings: [Finding] { plainPictures + smallPictures + counts }

    private var plainPictures: [Finding] {
        let plain = indices { $0.isPlain && $0.size.width * $0.size.height > 1 }
        guard !plain.isEmpty else { return [] }
        return [
            Finding(
                .warning, .plainPictures,
                "\(plain.count) \(plain.count == 1 ? "picture has" : "pictures have") one colour everywhere",
                advice: "look whether the files were written rightly", files: pictures(plain), pairs: plain)
        ]
    }

    /// Pictures that have to be made larger than twice their size.
    private var smallPictures: [Finding] {
        guard let shape else { return [] }
        let small = indices { 2 * $0.size.width < shape.width || 2 * $0.size.height < shape.height }
        guard let first = small.first else { return [] }
        let which =
            small.count == pairs.count ? "all pictures are" : Text.count(small.count, "picture is", "pictures are")
        return [
            Finding(
                .warning, .smallPictures,
                "\(which) less than half as large as the net's input, \(shape.width)x\(shape.height); the first has "
                    + "\(pairs[first].facts.size.text) pixels",
                advice: small.count * 2 > pairs.count
                    ? "compile the graph for a smaller size, such as -D size=\(Self.size(for: pairs))"
                    : "leave them out, or find larger ones", files: pictures(small), pairs: small)
        ]
    }

    /// The multiple of 32 nearest to the shorter sides' median.
    private static func size(for pairs: [SurveyedPair]) -> Int {
        let sides = pairs.map { min($0.facts.size.width, $0.facts.size.height) }.sorted()
        return max(32, (sides[sides.count / 2] + 16) / 32 * 32)
    }

    private var counts: [Finding] {
        guard !training.isEmpty else { return [] }
        var findings: [Finding] = []
        if training.count < 20 {
            findings.append(
                Finding(
                    training.count < 8 ? .warning : .note, .fewPictures,
                    "\(Text.count(training.count, "picture trains", "pictures train")), which is little",
                    advice: "expect a net that knows these pictures by heart; add pictures, or augmentation"))
        }
        if testing.isEmpty {
            findings.append(
                Finding(
                    .warning, .noTests, "no picture is kept for testing", advice: "use a smaller --split, such as 0.8"))
        } else if testing.count < 5 {
            findings.append(
                Finding(
                    .note, .noTests,
                    "\(Text.count(testing.count, "picture tests", "pictures test")), so that what tests measure is rough",
                    advice: "use a smaller --split, or more pictures"))
        }
        return findings
    }
}
