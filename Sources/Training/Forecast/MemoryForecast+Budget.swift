import Runtime

extension MemoryForecast {
    /// Room for decoding a picture of three million pixels; the real sizes are not known yet.
    private static let decoding = 12 << 20

    /// What a budget that the trainer was compiled for leaves to decoded pictures; nil where there is none.
    /// - Throws: `RuntimeError` or `TrainerError` for a model that cannot be trained.
    static func cache(_ model: Model, _ settings: TrainingSettings, threads: Int) throws -> SampleCache? {
        guard let budget = try ModelDefaults(metadata: model.metadata).memoryBudget else { return nil }
        let rest = try MemoryForecast(
            model: model, shape: NetInterface(model: model).shape, settings: settings, threads: threads, pictures: 0,
            program: MemoryUse.residentBytes() ?? 0)
        return SampleCache(limit: max(0, min(budget - rest.total - decoding, SampleCache.standard.limit)))
    }
}
