import Base
import Imaging
import Nets
import Predictions
import Runtime
import Tasks
import TrainerSupport

/// `report.html`: all that is known of a run on one page, which needs nothing beside it.
package struct RunReport {
    var record: RunRecord
    var log: MetricsLog
    package var description: RunDescription
    var hashes: [HashRow]
    /// Learning rate and speed of each epoch, as `metrics.jsonl` has them.
    var pace: [EpochPace]
    /// PNG files; nil where there are none.
    var samples: [UInt8]?
    var confusion: [UInt8]?
    /// Of class maps: a line for each class.
    var classTable: String?
    /// Of the best weights; nil where it was not measured.
    var written: WrittenScores?
    /// Of the best weights; nil where nothing was drawn.
    var gallery: PictureGallery?
    /// The run's folder, as the user called it.
    var folder: String

    private var task: TrainingTask { log.task }

    var text: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(HTML.text(record.graphName)): a training run</title>
        <style>
        \(Self.style)
        </style>
        </head>
        <body>
        <h1>\(HTML.text(record.graphName))</h1>
        <p>\(HTML.text(summary))</p>
        \(sections.filter { !$0.body.isEmpty }.map(\.text).joined(separator: "\n"))
        <script>
        \(HTML.sorting)
        </script>
        </body>
        </html>

        """
    }

    private struct Section {
        var title: String
        var body: String
        var text: String { "<h2>\(HTML.text(title))</h2>\n\(body)" }
    }

    private var sections: [Section] {
        [
            Section(title: "Curves", body: ([curves] + paceCurves).joined(separator: "\n")),
            Section(title: "Samples", body: samples.map { HTML.picture(png: $0, title: "samples") } ?? ""),
            Section(title: task.labels == nil ? "Classes" : "Labels", body: classes),
            Section(title: "Pictures", body: pictures),
            Section(title: "Data", body: data),
            Section(title: "Settings", body: HTML.pairs(record.settings.metadata)),
            Section(title: "Epochs", body: epochs),
            Section(title: "Made with", body: environment),
            Section(title: "How to repeat it", body: repeating),
        ]
    }

    private var summary: String {
        let progress = record.progress
        var words =
            "Learns \(task.description). \(progress.epoch) of \(Text.count(record.settings.epochsToTrain, "epoch")), "
        words += "\(Text.count(progress.step, "step")), \(Text.duration(log.rows.last?.seconds ?? 0))."
        guard let best = log.rows.first(where: { $0.epoch == progress.bestEpoch })?.test else { return words }
        words += " Best in epoch \(progress.bestEpoch): \(task.text(best))\(log.sizeText)"
        guard let written, written.fault == nil else { return words + "." }
        return words + "; \(WrittenScores.title): \(task.text(written.values))."
    }

    private var curves: String {
        RunFigures.charts(log, title: "").map { SVGChart(chart: $0).text }.joined(separator: "\n")
    }

    private var paceCurves: [String] {
        let points = pace.map { (x: Double($0.epoch), y: $0.learningRate) }
        guard Set(points.map(\.y)).count > 1 else { return [] }
        let series = LineChart.Series(name: "learning rate", points: points)
        let chart = LineChart(title: "learning rate", xLabel: "epoch", yLabel: "", series: [series])
        return [SVGChart(chart: chart, height: 200).text]
    }

    private var classes: String {
        let table = classTable.map { "<pre>\(HTML.text($0))</pre>" } ?? ""
        return table + (confusion.map { "\n" + HTML.picture(png: $0, title: "confusion matrix") } ?? "")
    }

    /// The worst pictures of the best weights, with all that was measured of them.
    private var pictures: String {
        guard let written, let meansText = written.meansText else { return "" }
        let most = 200
        let measures = RegionMeasure.allCases
        let rows = written.pictures.worstFirst.prefix(most).map { picture in
            [picture.name, picture.size.text] + measures.map { $0.measure.number(picture.value($0)) }
                + ["\(picture.truth)", "\(picture.predicted)"]
        }
        let more = written.pictures.count > most ? " The \(most) worst are below, all are in pictures.csv." : ""
        return "<p>\(HTML.text("The best weights at the pictures' own size, \(meansText).\(more)"))</p>\n"
            + (gallery.map { $0.html + "\n" } ?? "")
            + HTML.table(
                ["picture", "size"] + measures.map(\.measure.title) + ["object pixels", "predicted pixels"],
                Array(rows), isSorted: true)
    }

    private var data: String {
        let findings = description.findings.map { "<li>\(HTML.text($0))</li>" }
        let rows = description.data.map { ($0.key, $0.value.string ?? $0.value.text(.compact)) }.filter {
            !$0.1.isEmpty
        }
        return (findings.isEmpty ? "" : "<ul>\n" + findings.joined(separator: "\n") + "\n</ul>\n") + HTML.pairs(rows)
    }

    private var epochs: String {
        let heading =
            ["epoch", "step", "training loss", "test loss"] + task.measures.map(\.title) + ["images/s", "time"]
        let caption = log.size.map { "<p>Tests are taken at the net's size, \(HTML.text($0)).</p>\n" } ?? ""
        return caption
            + HTML.table(
                heading,
                log.rows.map { row in
                    let test = row.test.map { test in
                        [Text.loss(test.loss)] + zip(task.measures, test.values).map { $0.number($1) }
                    }
                    let speed = pace.first { $0.epoch == row.epoch }.map { Text.fixed($0.imagesPerSecond, 1) }
                    return ["\(row.epoch)", "\(row.step)", Text.loss(row.trainLoss)]
                        + (test ?? Array(repeating: "", count: 1 + task.measures.count))
                        + [speed ?? "", Text.duration(row.seconds)]
                })
    }

    private var environment: String {
        let path = description.path
        var rows = [
            ("graph", "\(record.graphName) (\(record.graphHash))"), ("compiler", "unetc \(path.compiler)"),
            ("target", path.target + (path.vectorWidth.map { ", vectors of \($0) floats" } ?? "")),
            ("plan.json, SHA-256", path.planDigest),
        ]
        for session in description.sessions {
            let start = session.fromStep == 0 ? "started" : "continued after step \(session.fromStep)"
            rows.append((start, "\(Text.count(session.threads, "thread")), \(session.processor)"))
            rows.append(("", ShellWords.line(session.command)))
        }
        return HTML.pairs(rows)
    }

    private var repeating: String {
        let program = description.sessions.first?.command.first ?? "trainer"
        let command = [program, "train", "--repeat", folder, "--out", folder + "-again"]
        let last = hashes.last.map {
            "<p>It compares the weights behind each epoch. Behind epoch \($0.epoch) their SHA-256 is "
                + "<code>\($0.digest)</code>.</p>"
        }
        return "<pre>\(HTML.text(ShellWords.line(command)))</pre>\n" + (last ?? "")
    }

    private static let style = """
        body { font: 15px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 1080px; margin: 2em auto; padding: 0 1em; }
        h1 { margin-bottom: 0; } h2 { margin-top: 2em; border-bottom: 1px solid #ddd; }
        table { border-collapse: collapse; } th { text-align: left; font-weight: 600; }
        td, th { padding: 2px 14px 2px 0; vertical-align: top; overflow-wrap: anywhere; }
        .pairs th { white-space: nowrap; }
        .numbers td, .numbers th { text-align: right; font-variant-numeric: tabular-nums; border-bottom: 1px solid #eee; }
        img, svg { max-width: 100%; height: auto; display: block; margin: 1em 0; }
        pre { background: #f5f5f5; padding: 0.8em; overflow-x: auto; } code { overflow-wrap: anywhere; }
        .gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); gap: 16px; }
        figure { margin: 0; } figure img { margin: 0 0 6px; width: 100%; } figcaption { font-size: 13px; overflow-wrap: anywhere; }
        .swatch { display: inline-block; width: 1em; height: 1em; margin: 0 6px 0 14px; vertical-align: -2px; border: 1px solid #888; }
        th button { font: inherit; font-weight: 600; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-align: inherit; }
        th button:hover, th button:focus-visible { text-decoration: underline; } .sorted { overflow-x: auto; }
        .sorted td, .sorted th { white-space: nowrap; font-size: 13px; }
        th[aria-sort=ascending] button::after { content: " \\2191"; } th[aria-sort=descending] button::after { content: " \\2193"; }
        .numbers td:first-child, .numbers th:first-child { text-align: left; }
        svg text { font: 12px system-ui, sans-serif; fill: #555; } svg .grid { stroke: #e4e4e4; } svg .axis { stroke: #888; fill: none; }
        @media (prefers-color-scheme: dark) {
          body { color: #ddd; background: #16181c; } h2 { border-color: #3a3d44; } pre { background: #22252b; }
          .numbers td, .numbers th { border-color: #2c2f36; } svg text { fill: #aaa; } svg .grid { stroke: #33363d; }
        }
        """
}

/// How fast an epoch went, and with which learning rate it ended.
struct EpochPace: Hashable, Sendable {
    var epoch: Int
    var learningRate: Double
    var imagesPerSecond: Double

    /// Out of `metrics.jsonl`; other lines are left out.
    static func list(_ lines: String) -> [EpochPace] {
        lines.split(separator: "\n").compactMap { line in
            guard let json = try? JSON(parsing: String(line)), json["kind"]?.string == "epoch",
                let epoch = json["epoch"]?.integer, let rate = json["lr"]?.number,
                let speed = json["images_per_second"]?.number
            else { return nil }
            return EpochPace(epoch: epoch, learningRate: rate, imagesPerSecond: speed)
        }
    }
}
