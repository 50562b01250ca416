import Imaging
import Tasks
import TrainerSupport

extension DataSet {
    /// Which part of the data is wanted.
    package enum Selection: Hashable, Sendable {
        /// What trains, and what tests between epochs.
        case training
        /// What tests: of data that comes parted the part named, or `test/`, or `val/`.
        case testing(DataPart?)
    }

    /// Reads or draws the data of `settings`, warns about files left out, and parts it.
    ///
    /// - Parameters:
    ///   - cache: how many of them stay in memory; nil for what the shares say.
    ///   - shares: of the memory that is there.
    /// - Returns: the samples, and for files on disk what was found in them. Of data that comes parted, an evaluation
    ///   has no training samples.
    /// - Throws: `TrainerError`; with `isStrict` also for files that would be skipped; `Interrupted`.
    package static func load(
        _ settings: DataSettings, _ selection: Selection, shape: SampleShape, seed: UInt64, threads: Int,
        isStrict: Bool, cache: SampleCache? = nil, shares: MemoryShares, console: Console
    ) throws -> (data: DataSet, findings: DataFindings?) {
        let bar = ProgressBar(console: console, label: settings.isEmbedded ? "drawing pictures" : "reading pictures")
        defer { console.clear() }
        let partition = Partition(settings, seed: seed)
        func parted(_ samples: [StoredSample], _ reader: SampleReader?) throws -> (DataSet, GroupFindings?) {
            let parts = try partition.parts(of: samples.map(\.member))
            var data = DataSet(shape: shape, samples: samples, reader: reader, parts: parts)
            data.threads = threads
            return (data, parts.groups)
        }
        guard let all = try settings.layout(for: shape.task) else {
            if case .testing(let part?) = selection { throw noParts(part) }
            if let patches = settings.patches { throw patches.withoutPictures }
            let drawing = EmbeddedSamples(shape: shape)
            var (data, _) = try parted(
                drawing.load(threads: threads, cache: cache ?? shares.cache, progress: bar.show(_:of:)), nil)
            data.drawing = drawing
            try data.settleNormalization(settings, pairs: [])
            return (data, nil)
        }
        let layout: DataLayout
        switch selection {
        case .training:
            layout = all.forTraining
            if layout.isParted && !layout.folders.contains(where: { $0.part == .training }) {
                throw TrainerError(
                    "\(settings.title): nothing of it is of the part train", hint: "evaluate tests on what is there")
            }
        case .testing(let part): layout = try all.forEvaluation(of: part)
        }
        let loading = SampleLoading(
            shape: shape, threads: threads, progress: bar.show(_:of:), cache: cache ?? shares.cache,
            decoding: settings.decoding(within: shares), patches: settings.patches,
            measuresNumbers: settings.needsMoments)
        var loaded = try loading.load(
            layout, map: settings.map, palettes: settings.palettes, labels: settings.labels,
            names: settings.classNames)
        console.clear()
        if isStrict, let error = loaded.report.strictError { throw error }
        if let warning = loaded.report.warning { console.warn(warning) }
        guard layout.isParted else {
            var (data, groups) = try parted(loaded.samples, loaded.reader)
            loaded.findings.groups = groups
            data.decodingBytes = loaded.findings.decodingBytes
            try data.settleRange(settings, &loaded.findings)
            return (data, loaded.findings)
        }
        let groups = zip(layout.folders, loaded.groups)
        let isTraining = selection == .training
        let training = groups.filter { isTraining && $0.0.part == .training }.flatMap { $0.1 }
        let testing = groups.filter { !isTraining || $0.0.part != .training }.flatMap { $0.1 }
        try partition.check(training: training, testing: testing)
        var data = DataSet(shape: shape, training: training, testing: testing, reader: loaded.reader)
        data.threads = threads
        data.decodingBytes = loaded.findings.decodingBytes
        try data.settleRange(settings, &loaded.findings)
        return (data, loaded.findings)
    }

    private static func noParts(_ part: DataPart) -> TrainerError {
        TrainerError("--part \(part.rawValue): the embedded pictures have no parts", hint: "leave out --part")
    }
}
