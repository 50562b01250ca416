extension DataSet {
    /// Reads or draws the data of `settings`, warns about files left out, and parts it.
    ///
    /// - Throws: `TrainerError`; with `isStrict` also for files that would be skipped.
    static func load(
        _ settings: DataSettings, shape: SampleShape, seed: UInt64, threads: Int, isStrict: Bool, console: Console
    ) throws -> DataSet {
        let bar = ProgressBar(console: console, label: settings.isEmbedded ? "drawing pictures" : "reading pictures")
        var samples: [Sample]
        if settings.isEmbedded {
            samples = try EmbeddedSamples(shape: shape).load(threads: threads, progress: bar.show(_:of:))
        } else {
            let layout = try DataLayout.recognize(
                folder: settings.folder, pictures: settings.pictures, masks: settings.masks)
            let loading = SampleLoading(shape: shape, threads: threads, progress: bar.show(_:of:))
            let loaded: (samples: [Sample], report: DataReport)
            do {
                loaded = try loading.load(layout, map: settings.map)
            } catch {
                console.clear()
                throw error
            }
            console.clear()
            if isStrict, let error = loaded.report.strictError { throw error }
            if let warning = loaded.report.warning { console.warn(warning) }
            samples = loaded.samples
        }
        console.clear()
        return DataSet(
            shape: shape, samples: samples, split: settings.split, isSorted: settings.isSorted, seed: seed)
    }
}
