import Base
import FileAccess
import Tasks
import TrainerSupport

/// A line for each picture of a test, the worst first: a CSV file (RFC 4180), or JSON by the extension.
package struct PictureTable {
    private let pictures: [PictureScores]
    /// What classes, or labels that overlap, are called; empty for masks.
    private let classes: [String]
    /// What they are together.
    private let parts: String

    package init(_ pictures: [PictureScores], task: TrainingTask, names: ClassNames) {
        self.pictures = pictures.worstFirst
        classes = task.partCount == nil ? [] : names.names
        parts = task.labels == nil ? "classes" : "labels"
    }

    /// - Throws: `FileError` when the file cannot be written; a previous one stays.
    package func write(to path: String) throws {
        try FileWriter.write(path, text: path.lowercased().hasSuffix(".json") ? json : csv)
    }

    var csv: String {
        let measures = RegionMeasure.allCases
        let columns =
            ["picture", "width", "height"] + measures.map(\.measure.column) + ["truth_pixels", "predicted_pixels"]
            + classes.flatMap { name in
                measures.map { "\($0.measure.column)_\(name)" } + ["truth_pixels_\(name)", "predicted_pixels_\(name)"]
            }
        let lines = pictures.map { picture in
            [picture.name.shown, "\(picture.size.width)", "\(picture.size.height)"]
                + measures.map { Self.cell(picture.value($0)) } + ["\(picture.truth)", "\(picture.predicted)"]
                + classes.indices.flatMap { number in
                    let region = picture.regions[number]
                    return measures.map { Self.cell(region.flatMap($0.value)) }
                        + ["\(region?.truth ?? 0)", "\(region?.predicted ?? 0)"]
                }
        }
        return ([columns] + lines).map { $0.map(CSV.field).joined(separator: ",") + "\n" }.joined()
    }

    /// Numbers so that they read back exactly.
    private static func cell(_ value: Double?) -> String { value.map { "\($0)" } ?? Measure.nothing }

    var json: String {
        JSON.object([
            (
                "means",
                .object(
                    Self.members { pictures.mean($0) }
                        + classMembers { number in
                            Self.members { pictures.mean($0, region: number) }
                        })
            ),
            ("pictures", .array(pictures.map(line))),
        ]).pretty(depth: 2, .compact) + "\n"
    }

    private func line(_ picture: PictureScores) -> JSON {
        .object(
            [
                ("picture", .string(picture.name.shown)), ("width", .integer(picture.size.width)),
                ("height", .integer(picture.size.height)),
            ] + Self.members { picture.value($0) } + Self.areas(picture.truth, picture.predicted)
                + classMembers { number in
                    let region = picture.regions[number]
                    return Self.members { region.flatMap($0.value) } + Self.areas(region?.truth, region?.predicted)
                })
    }

    private func classMembers(_ body: (Int) -> [JSON.Member]) -> [JSON.Member] {
        guard !classes.isEmpty else { return [] }
        let members = classes.enumerated().map { (key: $1, value: JSON.object(body($0))) }
        return [(parts, .object(members))]
    }

    package static func members(_ value: (RegionMeasure) -> Double?) -> [JSON.Member] {
        RegionMeasure.allCases.map { ($0.measure.column, value($0).map(JSON.number) ?? .null) }
    }

    private static func areas(_ truth: Int?, _ predicted: Int?) -> [JSON.Member] {
        [("truth_pixels", .integer(truth ?? 0)), ("predicted_pixels", .integer(predicted ?? 0))]
    }
}
