import Base
import DataSets
import FileAccess
import Nets
import Recipes
import Runtime
import TrainerSupport

/// Records what all threads do in some steps of a session, and writes it as a trace that browsers show.
///
/// Recording starts right before the first step of the window and ends before the step behind it, so that the test and
/// the checkpoint that follow on the last step belong to it. It changes nothing that is computed.
package final class SessionProfile {
    package let window: ProfileWindow
    package let path: String
    package let spans: SpanRecorder
    /// Runs of the training plan.
    let runs: RunRecorder
    private let net: Net
    private let data: DataSet
    private var phase = Phase.waiting
    /// When recording started, in nanoseconds.
    private var start = 0

    /// Spans of messages in a step at most: buckets of sums, and layers that look at the whole batch, twice.
    private static let messages = 512

    private enum Phase { case waiting, recording, written }

    /// Takes the memory, and writes a trace of nothing to see whether that can be written; not into a pipe or a device.
    /// - Throws: `RuntimeError` without the memory, or when the file cannot be written.
    package init(_ window: ProfileWindow, to path: String, net: Net, data: DataSet, settings: TrainingSettings) throws {
        self.window = window
        self.path = path
        self.net = net
        self.data = data
        guard let plan = net.training else { throw Net.noLoss(net.model) }
        runs = try RunRecorder(plan, of: net.executor, capacity: window.count * settings.steps.runs)
        // Batches are made ahead: as many as the window takes, and those that wait behind it, two spans a sample.
        let samples = window.count * settings.samplesPerStep + BatchProducer.capacity * net.model.batchCapacity
        spans = SpanRecorder(capacity: window.count * (16 + 2 * settings.steps.runs + Self.messages) + 2 * samples)
        if try !FileWriter.isStream(path) { try write([]) }
    }

    /// To be called before each step of a session, with its number from 1, and before batches are made for it.
    /// - Returns: true when the window has just been closed, and the trace is written.
    /// - Throws: `RuntimeError` when it cannot be.
    package func approach(step: Int) throws -> Bool {
        if phase == .waiting, step == window.first {
            phase = .recording
            start = monotonicNanoseconds()
            spans.start()
        }
        return step > window.last ? try close() : false
    }

    /// The session ends, with the window or within it.
    /// - Returns: as `approach`.
    /// - Throws: as `approach`.
    package func close() throws -> Bool {
        guard phase == .recording else { return false }
        phase = .written
        spans.stop()
        try write(TraceThread.all(of: self, since: start))
        return true
    }

    /// Whether the window has not come yet.
    package var isWaiting: Bool { phase == .waiting }

    /// Where plans are to be recorded: nil outside the window.
    package var recorder: RunRecorder? { phase == .recording ? runs : nil }

    /// How a sample is called.
    func sampleName(_ index: Int) -> String { data.samples.indices.contains(index) ? data.samples[index].name : "" }

    private func write(_ threads: [TraceThread]) throws {
        let header: [JSON.Member] = [
            ("graph", .string(net.model.graphName)),
            ("plan", .string(runs.plan.name)),
            ("threads", .integer(net.executor.threads)),
            ("session_steps", .array([.integer(window.first), .integer(window.last)])),
            ("dropped_spans", .integer(spans.recorded.dropped)),
        ]
        try Trace(header: header, threads: threads).write(to: path)
    }
}
