import Imaging

/// The pictures of a run.
extension TrainingRun {
    /// Writes the chart of the epochs so far.
    /// - Throws: `TrainerError` that says what is saved all the same.
    func drawCurves() throws {
        try writing { try RunFigures.curves(log, title: record.graphName).writePNG(to: files.curves) }
    }

    /// Writes the samples that show how well the net does, unless a signal comes.
    /// - Throws: as `drawCurves`.
    func drawSamples() throws {
        let figure: Bitmap
        do { figure = try drawnSamples() } catch is Interrupted { return }
        try writing { try figure.writePNG(to: files.samples) }
    }

    /// Pictures from all over the test pictures, what is true of them and what the net as it is predicts.
    /// - Throws: `RuntimeError` when the net cannot run; `Interrupted`.
    func drawnSamples() throws -> Bitmap {
        if let latestSamples, latestSamples.step == record.progress.step { return latestSamples.figure }
        let all = data.testing.isEmpty ? data.training : data.testing
        // From all over, since neighbours in name order may be alike.
        let count = min(6, all.count)
        let shown = (0..<count).map { all[$0 * all.count / count] }
        let figure = try net.withAverage {
            try RunFigures.samples(shown, of: data, net: net, names: names, cell: 192)
        }
        latestSamples = (record.progress.step, figure)
        return figure
    }

    /// Tests the best weights once more and writes how often which class was taken for which; the net has them after
    /// that.
    /// - Returns: nil for other tasks than class maps, without test pictures, and when a signal comes.
    /// - Throws: as `drawCurves`.
    func drawConfusion() throws -> ConfusionMatrix? {
        guard task.classes != nil, !data.testing.isEmpty else { return nil }
        try Checkpoint(path: files.best).restoreWeights(net.parameters)
        let result = try test(net, on: data.testing, of: data, isInterrupted: { interruption.isRequested })
        guard let matrix = result?.confusion else { return nil }
        let title = "\(record.graphName), epoch \(record.progress.bestEpoch)"
        let figure = RunFigures.confusion(matrix, names: names, title: title)
        try writing { try figure.writePNG(to: files.confusion) }
        return matrix
    }
}
