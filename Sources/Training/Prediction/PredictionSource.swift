import Imaging

/// The pictures of a prediction with their results' names, one after the other.
struct PredictionSource {
    /// How many there are; nil when that shows at the end only.
    let count: Int?
    private var listed: ArraySlice<PredictionJob>
    private var stream: PathStream?
    private var claims = PredictionClaims()
    private let targets: PredictionTargets

    /// All pictures of a command line, which is checked as a whole before anything is written.
    /// - Throws: `TrainerError` for two results of one name, and results that would replace a file that no prediction
    ///   has left.
    init(_ pictures: [PredictionPicture], _ targets: PredictionTargets, threads: Int) throws {
        let jobs = pictures.map(targets.job)
        for job in jobs { try claims.claim(job, targets.task) }
        let paths = Set(jobs.map { FileSystem.absolute($0.picture) })
        let faults = try parallelMap(count: jobs.count, threads: threads) { targets.fault(jobs[$0], pictures: paths) }
        if let fault = faults.lazy.compactMap(\.self).first { throw fault }
        listed = jobs[...]
        count = jobs.count
        self.targets = targets
    }

    /// Pictures whose paths come one by one, each of which is looked at when its turn comes.
    init(_ stream: PathStream, _ targets: PredictionTargets) {
        self.stream = stream
        listed = []
        count = nil
        self.targets = targets
    }

    /// The next picture, or why it is left out; nil at the end, and when a wait for it is stopped.
    mutating func next(isStopped: () -> Bool) -> Result<PredictionJob, ImageError>? {
        if let job = listed.popFirst() { return .success(job) }
        guard let path = stream?.next(isStopped: isStopped) else { return nil }
        let job = targets.job(PredictionPicture(path: path))
        do {
            try claims.claim(job, targets.task)
        } catch {
            return .failure(
                ImageError(file: path, message: "has the name of an earlier picture's \(targets.task.result)"))
        }
        guard let fault = targets.fault(job, pictures: [FileSystem.absolute(path)]) else { return .success(job) }
        return .failure(ImageError(file: path, message: "is left out: \(fault.message)"))
    }
}
