import Base

/// A line on the terminal that says how far something is and when it will be done.
package struct ProgressBar {
    var console: Console
    var label: String

    package init(console: Console, label: String) {
        self.console = console
        self.label = label
    }

    /// `reading pictures [######......] 120/599`.
    package func show(_ done: Int, of total: Int) {
        // Not more often than can be seen.
        guard done == total || done % max(1, total / 100) == 0 else { return }
        console.draw("\(label) \(Self.bar(done, total)) \(done)/\(total)")
    }

    /// `reading pictures 120`, where nobody knows how many there are.
    package func show(_ done: Int) { console.draw("\(label) \(done)") }

    /// `epoch 3/20 [######......] 12/30  loss 0.4123  31.2 images/s  ETA 2:31`.
    package func show(_ done: Int, of total: Int, loss: Double, imagesPerSecond: Double, secondsLeft: Double) {
        console.draw(
            "\(label) \(Self.bar(done, total)) \(done)/\(total)  loss \(Text.loss(loss))  "
                + "\(Text.fixed(imagesPerSecond, 1)) images/s  ETA \(Text.duration(secondsLeft))")
    }

    package static func bar(_ done: Int, _ total: Int, width: Int = 20) -> String {
        let filled = total > 0 ? min(width, max(0, done * width / total)) : width
        return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled) + "]"
    }
}
