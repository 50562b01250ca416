import Imaging
import Predictions
import Tasks

/// Pictures in their own shape with what was found, missed and falsely found in colours, and what was measured below each.
package struct PictureGallery {
    private struct Entry {
        var png: [UInt8]
        var scores: PictureScores
    }

    private let groups: [(title: String, entries: [Entry])]
    private let legend: [LegendEntry]

    /// - Parameters:
    ///   - choice: places among `pictures`.
    ///   - sheet: what was drawn of them.
    /// - Throws: `ImageError` when the memory does not suffice.
    package init(_ choice: PictureChoice, of pictures: [PictureScores], _ sheet: WorstSheet) throws {
        let drawn = sheet.drawings
        groups = try choice.groups.map { group in
            (
                group.title,
                try group.places.compactMap { place in
                    guard let drawing = drawn.first(where: { $0.scores.name == pictures[place].name })?.picture else {
                        return nil
                    }
                    return Entry(png: try drawing.encodePNG(), scores: pictures[place])
                }
            )
        }
        legend = sheet.legend
    }

    var html: String {
        let words = legend.map { entry in
            let color = entry.color
            return "<span class=\"swatch\" style=\"background:rgb(\(color.red),\(color.green),\(color.blue))\"></span>"
                + HTML.text(entry.name)
        }
        let parts = groups.filter { !$0.entries.isEmpty }.map { group in
            "<h3>\(HTML.text(group.title))</h3>\n<div class=\"gallery\">\n"
                + group.entries.map(Self.figure).joined(separator: "\n") + "\n</div>"
        }
        guard !parts.isEmpty else { return "" }
        return parts.joined(separator: "\n") + "\n<p class=\"legend\">\(words.joined(separator: " "))</p>"
    }

    private static func figure(_ entry: Entry) -> String {
        let shown: [RegionMeasure] = [.dice, .iou, .boundaryF1, .hausdorff95]
        let numbers = shown.map { $0.measure.text(entry.scores.value($0)) }
        return "<figure>" + HTML.picture(png: entry.png, title: entry.scores.name)
            + "<figcaption><strong>\(HTML.text(entry.scores.name))</strong>, \(HTML.text(entry.scores.size.text))<br>"
            + "<strong>\(HTML.text(numbers[0]))</strong>, \(HTML.text(numbers.dropFirst().joined(separator: ", ")))</figcaption></figure>"
    }
}
