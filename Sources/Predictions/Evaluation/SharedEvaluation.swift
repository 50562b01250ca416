import DataSets
import Nets
import Ranks
import Runtime
import Tasks
import TrainerSupport

/// How far a process has come with its share of a test, for the others.
private struct SharedTest {
    private enum State: UInt8 {
        case done, interrupted, faulty
    }

    private var state = State.done
    private(set) var fault: String?
    private(set) var sums: TestSums

    init(_ task: TrainingTask) { sums = TestSums(task) }

    var isInterrupted: Bool { state == .interrupted }

    mutating func interrupt() { state = .interrupted }

    mutating func fail(_ what: String) {
        state = .faulty
        fault = what
    }

    mutating func add(loss: Double, _ outputs: [[Float]], of samples: [Sample], _ shape: SampleShape) {
        sums.add(loss: loss, outputs, of: samples, shape)
    }

    var message: [UInt8] {
        [state.rawValue]
            + (fault.map { Array($0.utf8) } ?? sums.words.flatMap { withUnsafeBytes(of: Int64($0), Array.init) })
    }

    /// Adds another process's share behind this one.
    mutating func add(_ message: [UInt8]) {
        let state = message.first.flatMap(State.init) ?? .interrupted
        switch state {
        case .done:
            sums.add(
                message.dropFirst().withUnsafeBytes { bytes in
                    (0..<bytes.count / 8).map { Int(bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self)) }
                })
        case .interrupted: interrupt()
        // The first fault counts, as in one process; an interruption counts more.
        case .faulty where self.state == .done: fail(String(decoding: message.dropFirst(), as: UTF8.self))
        case .faulty: break
        }
    }
}

/// Tests on samples that processes share out: each its batches, which are those of one process.
func testTogether(
    _ net: Net, on samples: [Int], of data: DataSet, _ ranks: RankGroup, isInterrupted: () -> Bool
) throws -> TestResult? {
    let all = data.tested(samples).chunks(of: net.model.batchCapacity)
    let batches = Array(all[SumExchange.owners(of: all.count, ranks: ranks.count)[ranks.rank]])
    let producer = try BatchProducer(maker: BatchMaker(data: data), batches: batches)
    var own = SharedTest(data.shape.task)
    for (index, _) in batches.enumerated() {
        guard index == 0 || !isInterrupted(), let made = try unlessInterrupted(producer.next) else {
            own.interrupt()
            break
        }
        let (loss, outputs) = try net.tested(made)
        own.add(loss: loss, outputs, of: made.samples, data.shape)
        if let fault = try net.testFault(made, loss: loss, outputs: outputs) {
            own.fail(fault)
            break
        }
    }
    var whole = SharedTest(data.shape.task)
    for message in try ranks.gather(own.message) { whole.add(message) }
    guard !whole.isInterrupted, let scores = whole.sums.scores ?? own.sums.scores else { return nil }
    return TestResult(
        scores: scores, confusion: whole.sums.measured.confusion, labels: whole.sums.measured.labels, fault: whole.fault
    )
}
