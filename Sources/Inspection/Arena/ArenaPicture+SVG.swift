import GraphIR

extension ArenaPicture {
    /// The arena as a drawing: time to the right, bytes upwards, a box for each buffer. Point at a box or a step to read
    /// what it is.
    public var svg: String { ArenaDrawing(self).text }
}

/// Draws the picture part by part, what is behind first.
private struct ArenaDrawing {
    private let picture: ArenaPicture
    private let frame: ArenaFrame
    private var document: SVGDocument

    init(_ picture: ArenaPicture) {
        self.picture = picture
        frame = ArenaFrame(picture)
        document = SVGDocument(width: frame.width, height: frame.height, style: arenaStyle, title: picture.title)
        document.rectangle("paper", Rectangle(x: 0, y: 0, width: frame.width, height: frame.height))
        drawHeading()
        drawAxes()
        drawSteps()
        for box in picture.boxes { draw(box) }
        drawProfile()
        drawBound()
        drawPeak()
        drawLegend()
    }

    var text: String { document.text }

    // MARK: Words

    private mutating func drawHeading() {
        let bound =
            picture.arenaBytes <= picture.lowerBoundBytes
            ? "the lower bound: no plan of these steps is smaller"
            : "lower bound \(byteText(picture.lowerBoundBytes))"
        document.text("title", picture.title, at: Point(frame.plot.x, 26))
        document.text(
            "note",
            "arena \(byteText(picture.arenaBytes)), \(bound). Outside it: "
                + picture.remarks.joined(separator: ", "), at: Point(frame.plot.x, 46))
    }

    private mutating func drawLegend() {
        let names: [(Content, String)] = [
            (.given, "inputs, targets"), (.forward, "forward values"), (.backward, "backward values"),
            (.scratch, "scratch"),
        ]
        var entries = names.filter { content, _ in
            picture.boxes.contains { $0.content == content || $0.parts.contains { $0.content == content } }
        }.map { ($0.0.look, $0.1) }
        if picture.boxes.contains(where: { !$0.parts.isEmpty }) { entries.append(("shared", "alive, not in use")) }
        if picture.steps.contains(where: { $0.phase == .update }) { entries.append(("update", "updates")) }
        var x = frame.plot.x
        let y = frame.height - 16
        for (look, name) in entries {
            document.rectangle(look, Rectangle(x: x, y: y - 10, width: 14, height: 12))
            x = drawLegendText(name, x + 19, y)
        }
        document.line("bound", from: Point(x, y - 4), to: Point(x + 22, y - 4))
        _ = drawLegendText("lower bound", x + 27, y)
    }

    /// Returns where the next entry starts.
    private mutating func drawLegendText(_ name: String, _ x: Double, _ y: Double) -> Double {
        document.text("note", name, at: Point(x, y))
        return x + textWidth(name, size: 11) + 18
    }

    private typealias Content = ArenaPicture.Content

    // MARK: Axes

    private mutating func drawAxes() {
        for tick in frame.byteTicks {
            let y = frame.y(tick.bytes)
            document.line("grid", from: Point(frame.plot.x, y), to: Point(frame.plot.maxX, y))
            document.text("tick", tick.label, at: Point(frame.plot.x - 6, y + 3.5), anchor: .end)
        }
        for step in frame.stepTicks {
            let x = frame.x(step) + frame.columnWidth / 2
            document.line("grid", from: Point(x, frame.plot.maxY), to: Point(x, frame.plot.maxY + 4))
            document.text("tick", "\(step)", at: Point(x, frame.plot.maxY + 16), anchor: .middle)
        }
        document.text("tick", "step", at: Point(frame.plot.x - 6, frame.plot.maxY + 16), anchor: .end)
        document.rectangle("frame", frame.plot)
    }

    private mutating func drawSteps() {
        for span in picture.spans {
            let center = (frame.x(span.steps.lowerBound) + frame.x(span.steps.upperBound + 1)) / 2
            document.text("phase", span.name, at: Point(center, frame.strip.y - 6), anchor: .middle)
        }
        for (index, step) in picture.steps.enumerated() {
            document.rectangle(
                "step \(step.phase.look)",
                Rectangle(x: frame.x(index), y: frame.strip.y, width: frame.columnWidth, height: frame.strip.height),
                tooltip: "step \(index): \(step.name) = \(step.operation)\n\(byteText(step.aliveBytes)) alive, "
                    + "\(byteText(step.usedBytes)) in use")
        }
    }

    // MARK: Boxes

    private mutating func draw(_ box: ArenaPicture.Box) {
        let rectangle = frame.rectangle(box)
        guard !box.parts.isEmpty else {
            document.rectangle(box.content.look, rectangle, tooltip: box.detail)
            return drawName(of: box)
        }
        document.rectangle("shared", rectangle, tooltip: box.detail)
        let parts = box.parts.filter { !$0.bytes.isEmpty }
        for part in parts { document.rectangle(part.content.look, frame.rectangle(part), tooltip: part.detail) }
        for (index, part) in parts.enumerated() { drawName(of: part, behind: parts[(index + 1)...]) }
        document.rectangle("outline", rectangle)
    }

    /// Writes a box's name where it can be seen, if it fits there.
    private mutating func drawName(of box: ArenaPicture.Box, behind others: ArraySlice<ArenaPicture.Box> = []) {
        guard let steps = box.longestVisibleRun(behind: others) else { return }
        var visible = box
        visible.steps = steps
        let rectangle = frame.rectangle(visible)
        let length = textWidth(box.name, size: 10) + 4
        let center = rectangle.center
        if rectangle.width >= length && rectangle.height >= 11 {
            document.text("name", box.name, at: Point(center.x, center.y + 3.5), anchor: .middle)
        } else if rectangle.height >= length && rectangle.width >= 11 {
            document.text("name", box.name, at: Point(center.x + 3.5, center.y), anchor: .middle, isVertical: true)
        }
    }

    // MARK: What is alive

    private mutating func drawProfile() {
        document.path("alive", area(picture.steps.map(\.aliveBytes)))
        document.path("used", area(picture.steps.map(\.usedBytes)))
        document.rectangle("frame", frame.profile)
        document.text("tick", "alive", at: Point(frame.plot.x - 6, frame.profile.center.y + 3.5), anchor: .end)
    }

    /// The area below a number of bytes for each step.
    private func area(_ bytes: [Int]) -> String {
        var commands = "M\(number(frame.x(0))) \(number(frame.profile.maxY))"
        for (index, count) in bytes.enumerated() where index + 1 == bytes.count || bytes[index + 1] != count {
            commands += "V\(number(frame.profileY(count)))H\(number(frame.x(index + 1)))"
        }
        return commands + "V\(number(frame.profile.maxY))Z"
    }

    private mutating func drawBound() {
        let y = frame.y(picture.lowerBoundBytes)
        document.line(
            "bound", from: Point(frame.plot.x, y), to: Point(frame.plot.maxX, y),
            tooltip: "lower bound: \(byteText(picture.lowerBoundBytes)) are alive at once")
    }

    private mutating func drawPeak() {
        guard let peak = picture.peakStep else { return }
        let x = frame.x(peak) + frame.columnWidth / 2
        let name = picture.steps.indices.contains(peak) ? "at step \(peak), \(picture.steps[peak].name)" : ""
        let words = "peak: \(byteText(picture.lowerBoundBytes)) alive \(name)"
        document.line("peak", from: Point(x, frame.strip.maxY), to: Point(x, frame.profile.maxY), tooltip: words)
        let isLeft = x + textWidth(words, size: 11) + 8 < frame.plot.maxX
        document.text(
            "mark", words, at: Point(x + (isLeft ? 5 : -5), frame.plot.y - 8), anchor: isLeft ? .start : .end)
    }
}

extension ArenaPicture.Box {
    /// The most steps behind each other during which none of the others covers it.
    func longestVisibleRun(behind others: ArraySlice<Self>) -> ClosedRange<Int>? {
        let covering = others.filter { $0.bytes.overlaps(bytes) }
        var best: ClosedRange<Int>?
        var start: Int?
        for step in steps {
            guard !covering.contains(where: { $0.steps.contains(step) }) else {
                start = nil
                continue
            }
            let run = (start ?? step)...step
            start = run.lowerBound
            if run.count > best?.count ?? 0 { best = run }
        }
        return best
    }
}

extension ArenaPicture {
    /// Steps of a kind, with its name; those that alternate are named together.
    fileprivate var spans: [(name: String, steps: ClosedRange<Int>)] {
        let phases: [Phase] = [.forward, .backward, .update]
        var spans: [(name: String, steps: ClosedRange<Int>)] = []
        for phase in phases {
            guard let first = steps.firstIndex(where: { $0.phase == phase }),
                let last = steps.lastIndex(where: { $0.phase == phase })
            else { continue }
            if let before = spans.last, before.steps.upperBound >= first {
                let union = min(before.steps.lowerBound, first)...max(before.steps.upperBound, last)
                spans[spans.count - 1] = ("\(before.name), \(phase.rawValue)", union)
            } else {
                spans.append((phase.rawValue, first...last))
            }
        }
        return spans
    }
}

extension ArenaPicture.Content {
    fileprivate var look: String {
        switch self {
        case .given: "box given"
        case .forward: "box forward"
        case .backward: "box backward"
        case .scratch: "box scratch"
        }
    }
}

extension Phase {
    fileprivate var look: String {
        switch self {
        case .leaves: "given"
        case .forward: "forward"
        case .backward: "backward"
        case .update: "update"
        }
    }
}

/// Hues that people with any colour vision tell apart (Okabe and Ito, "Color Universal Design", 2008), pale behind dark
/// letters and dim behind bright ones.
private let arenaStyle = """
    text{font-family:system-ui,"DejaVu Sans",sans-serif;fill:#24292f}
    .paper{fill:#fff}.title{font-size:16px;font-weight:600}.note,.mark,.phase{font-size:11px}.tick{font-size:10px}
    .note,.tick{fill:#57606a}.name{font-size:10px;pointer-events:none}.mark{font-weight:600;fill:#a40e26}
    .grid{stroke:#d8dee4}.frame{fill:none;stroke:#8c959f}.outline{fill:none;stroke:#57606a;stroke-width:.8;pointer-events:none}
    .box{stroke:#fff;stroke-width:.6}.step{stroke:#fff;stroke-width:.3}.shared{fill:#eaeef2;stroke:#57606a;stroke-width:.6}
    .given{fill:#7fcfb6}.forward{fill:#9bd0f0}.backward{fill:#f5c56b}.update{fill:#b07cc6}.scratch{fill:#de9fc4}
    .alive{fill:#d0d7de}.used{fill:#8c959f}.bound{stroke:#0550ae;stroke-width:1.5;stroke-dasharray:6 4}.peak{stroke:#a40e26;stroke-width:1.5}
    .box:hover,.step:hover{stroke:#24292f;stroke-width:1.5}
    @media (prefers-color-scheme:dark){
    text{fill:#e6edf3}.paper{fill:#0d1117}.note,.tick{fill:#9198a1}.mark{fill:#ff8f86}
    .grid{stroke:#2a313c}.frame{stroke:#656c76}.outline{stroke:#9198a1}.box,.step{stroke:#0d1117}.shared{fill:#212830;stroke:#9198a1}
    .given{fill:#0f6b52}.forward{fill:#1b5f8c}.backward{fill:#8a5a00}.update{fill:#6b3d82}.scratch{fill:#83406a}
    .alive{fill:#2a313c}.used{fill:#656c76}.bound{stroke:#79c0ff}.peak{stroke:#ff8f86}.box:hover,.step:hover{stroke:#e6edf3}
    }
    """
