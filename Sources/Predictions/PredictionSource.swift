import Base
import DataSets
import FileAccess
import Imaging

/// The pictures of a prediction with their results' names, one after the other.
package struct PredictionSource {
    /// How many there are; nil when that shows at the end only.
    package private(set) var count: Int?
    /// What is left out, as far as that is known beforehand.
    package private(set) var report = DataReport()
    private var listed: ArraySlice<PredictionJob>
    private var list: PathList?
    private var claims = PredictionClaims()
    /// Those that have come from the list.
    private var pictures: Set<Files.Identity> = []
    private let targets: PredictionTargets

    /// All pictures of a command line, which is checked as a whole before anything is written.
    /// - Throws: `TrainerError` for two results of one name, and results that would replace files that are not results.
    package init(_ inputs: PredictionInputs, _ targets: PredictionTargets, threads: Int) throws {
        report = inputs.report
        var jobs: [PredictionJob] = []
        for job in inputs.pictures.map(targets.job) {
            if let fault = targets.nameFault(job) {
                report.issues.append(DataIssue(file: job.picture, reason: fault))
            } else {
                try claims.claim(job, targets.task)
                jobs.append(job)
            }
        }
        let pictures = Set(inputs.pictures.compactMap { Files.identity(of: $0.path) })
        let conflicts = try parallelMap(count: jobs.count, threads: threads) { [jobs] index in
            targets.conflicts(jobs[index], pictures: pictures)
        }.flatMap { $0 }
        if let error = PredictionConflict.error(conflicts, of: jobs.reduce(0) { $0 + $1.files.count }) { throw error }
        listed = jobs[...]
        count = jobs.count
        self.targets = targets
    }

    /// One of several shares of the pictures, as even as they can be.
    package func share(_ number: Int, of count: Int) -> PredictionSource {
        var share = self
        let total = listed.count
        let start = listed.startIndex
        share.listed = listed[start + number * total / count..<start + (number + 1) * total / count]
        share.count = share.listed.count
        if number > 0 { share.report = DataReport() }
        return share
    }

    /// Pictures whose paths come one by one, each of which is looked at when its turn comes.
    package init(_ list: PathList, _ targets: PredictionTargets) {
        self.list = list
        listed = []
        count = nil
        self.targets = targets
    }

    /// The next picture, or why it is left out; nil at the end, and when a wait for it is stopped.
    mutating func next(isStopped: () -> Bool) -> Result<PredictionJob, ImageError>? {
        if let job = listed.popFirst() {
            // The files may have come since they were looked for.
            return found(job, targets.conflicts(job, pictures: []).filter { !$0.isPicture })
        }
        guard let listed = list?.next(isStopped: isStopped) else { return nil }
        if let issue = PredictionInputs.issue(listed) {
            return .failure(ImageError(file: issue.file, message: issue.reason))
        }
        let job = targets.job(PredictionPicture(path: listed.path))
        if let fault = targets.nameFault(job) { return .failure(ImageError(file: listed.path, message: fault)) }
        do {
            try claims.claim(job, targets.task)
        } catch {
            return .failure(
                ImageError(file: listed.path, message: "has the name of an earlier picture's \(targets.task.result)"))
        }
        if let identity = Files.identity(of: listed.path) { pictures.insert(identity) }
        return found(job, targets.conflicts(job, pictures: pictures))
    }

    private func found(
        _ job: PredictionJob, _ conflicts: [PredictionConflict]
    ) -> Result<PredictionJob, ImageError> {
        guard let first = conflicts.first else { return .success(job) }
        return .failure(ImageError(file: job.picture, message: "is left out: \(first.text)"))
    }
}
