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
    var split: SplitNames?
    var state: ReportState
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
        <meta name="color-scheme" content="light dark">
        <title>\(HTML.text(record.graphName)): a training run</title>
        <style>
        \(ReportStyle.text)
        </style>
        </head>
        <body data-state="\(state.word)">
        \(banner)
        <h1>\(HTML.text(record.graphName))</h1>
        <p>\(HTML.text(summary))</p>
        \(cards)
        \(sections.filter { !$0.body.isEmpty }.map(\.text).joined(separator: "\n"))
        <script>
        \(HTML.sorting)
        \(ReportScript.text)
        </script>
        </body>
        </html>

        """
    }

    private var banner: String {
        state.message.map { "<p class=\"banner\" id=\"state\" role=\"status\">\(HTML.text($0))</p>" } ?? ""
    }

    private struct Section {
        var title: String
        var body: String
        var text: String { "<h2>\(HTML.text(title))</h2>\n\(body)" }
    }

    private var sections: [Section] {
        [
            Section(title: "Curves", body: curves),
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

    /// What one asks first.
    private var cards: String {
        let progress = record.progress
        let best = log.rows.first { $0.epoch == progress.bestEpoch }?.test
        var cards: [(title: String, value: String, note: String)] = []
        if let best {
            cards += zip(task.measures, best.values).prefix(2).map { measure, value in
                let unit = value == nil || measure.unit.isEmpty ? "" : " " + measure.unit
                return ("best " + measure.title, measure.number(value) + unit, "epoch \(progress.bestEpoch)")
            }
            cards.append(("test loss", Text.loss(best.loss), "epoch \(progress.bestEpoch)"))
        }
        if let last = log.rows.last {
            cards.append(("training loss", Text.loss(last.trainLoss), "epoch \(last.epoch)"))
        }
        cards.append(
            ("epochs", "\(progress.epoch) of \(record.settings.epochsToTrain)", Text.count(progress.step, "step")))
        cards.append(("time", Text.duration(log.rows.last?.seconds ?? 0), speed))
        if let split {
            cards.append(("pictures", "\(split.training.count) + \(split.testing.count)", "train + test"))
        }
        let parts = cards.map { card in
            "<div><dt>\(HTML.text(card.title))</dt><dd>\(HTML.text(card.value))</dd><dd>\(HTML.text(card.note))</dd></div>"
        }
        return "<dl class=\"cards\">\n" + parts.joined(separator: "\n") + "\n</dl>"
    }

    private var speed: String { pace.last.map { Text.fixed($0.imagesPerSecond, 1) + " images/s" } ?? "" }

    private var curves: String {
        let charts = (RunFigures.charts(log, title: "") + [rates, times].compactMap { $0 }).map {
            SVGChart(chart: $0, best: log.rows.count > 1 ? record.progress.bestEpoch : nil).text
        }
        guard !charts.isEmpty else { return "" }
        return ReportScript.smoothing + "<div class=\"charts\">\n" + charts.joined(separator: "\n") + "\n</div>"
    }

    /// nil where it stays as it is.
    private var rates: LineChart? {
        let points = pace.map { (x: Double($0.epoch), y: $0.learningRate) }
        guard Set(points.map(\.y)).count > 1 else { return nil }
        return LineChart(
            title: "", xLabel: "epoch", yLabel: "learning rate",
            series: [LineChart.Series(name: "learning rate", points: points)])
    }

    /// How long each epoch took, its test included; nil for a single one, whose time is told above.
    private var times: LineChart? {
        guard log.rows.count > 1 else { return nil }
        let starts = [0] + log.rows.map(\.seconds)
        let points = zip(log.rows, starts).map { (x: Double($0.epoch), y: $0.seconds - $1) }
        return LineChart(
            title: "", xLabel: "epoch", yLabel: "seconds",
            series: [LineChart.Series(name: "epoch time", points: points)])
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
            + (split?.html ?? "")
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
