/// What surrounds a net where pictures go in and masks come out: how numbers are prepared, and what the output means.
package struct PictureForm: Hashable, Sendable {
    package enum Task: Hashable, Sendable {
        /// A pixel is object from this probability on.
        case mask(threshold: Double)
        /// The largest wins.
        case classes
    }

    package var task: Task
    /// The output that is compared with the target.
    package var output: String
    /// Which bytes become 0 and 1; what lies outside is cut.
    package var range: ClosedRange<Double>
    /// For each channel what becomes 0, and what becomes 1 more; empty for numbers from 0 to 1 as they are.
    package var scales: [Scale]

    package struct Scale: Hashable, Sendable {
        package var mean: Double
        package var deviation: Double

        package init(mean: Double, deviation: Double) {
            self.mean = mean
            self.deviation = deviation
        }
    }

    package init(task: Task, output: String, range: ClosedRange<Double> = 0...255, scales: [Scale] = []) {
        self.task = task
        self.output = output
        self.range = range
        self.scales = scales
    }
}
