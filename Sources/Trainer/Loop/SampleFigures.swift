import DataSets
import Imaging
import Nets
import Reporting
import Tasks
import TrainerSupport

/// The pictures that show how well a net does, drawn at most once a step.
final class SampleFigures {
    private let net: Net
    private let data: DataSet
    let names: ClassNames
    private var budget = TimeBudget(share: 0.02)
    /// The latest ones, and the step behind which they were drawn.
    private var latest: (step: Int, figure: Bitmap)?

    init(net: Net, data: DataSet, names: ClassNames) {
        self.net = net
        self.data = data
        self.names = names
    }

    /// Pictures from all over the test pictures, what is true of them and what the net as it is predicts.
    /// - Parameter step: the last one that was taken.
    /// - Throws: `RuntimeError` when the net cannot run; `Interrupted`.
    func drawn(behind step: Int) throws -> Bitmap {
        if let latest, latest.step == step { return latest.figure }
        let all = data.testing.isEmpty ? data.training : data.testing
        // From all over, since neighbours in name order may be alike.
        let count = min(6, all.count)
        let shown = (0..<count).map { all[$0 * all.count / count] }
        let figure = try net.withAverage {
            try RunFigures.samples(shown, of: data, net: net, names: names, cell: 192)
        }
        latest = (step, figure)
        return figure
    }

    /// As `drawn`, where it is due or takes no time to speak of; nil otherwise, and when a signal comes.
    func drawnInTime(behind step: Int, isDue: Bool) throws -> Bitmap? {
        var figure: Bitmap?
        try budget.spend(isDue: isDue) {
            do { figure = try drawn(behind: step) } catch is Interrupted {}
        }
        return figure
    }
}
