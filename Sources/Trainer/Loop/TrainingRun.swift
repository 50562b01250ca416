import DataSets
import Imaging
import Nets
import Predictions
import Ranks
import Recipes
import Reporting
import Runtime
import Tasks
import TrainerSupport

/// Trains a net from where its record says, epoch by epoch, and writes down what comes of it.
final class TrainingRun {
    /// Why a session of the run ended.
    enum Ending: Hashable {
        /// All epochs are done.
        case finished
        /// Training is done before its last epoch, for the reason that is given.
        case early(String)
        /// A signal came, or the time is up; everything is saved.
        case interrupted(isTimeUp: Bool)

        /// Whether the run has come to its end.
        var isDone: Bool { if case .interrupted = self { false } else { true } }

        /// In the words of the report.
        var state: ReportState {
            switch self {
            case .finished: .finished
            case .early(let reason): .early(reason)
            case .interrupted(let isTimeUp): .interrupted(isTimeUp: isTimeUp)
            }
        }

        /// What the report says before the best weights are tested, which is left out after a signal. A page that called
        /// the run finished would not be read again, and so never show what the tests find.
        var stateBeforeTests: ReportState { if case .interrupted(isTimeUp: false) = self { state } else { .testing } }
    }

    private var steps: EpochSteps
    private let plan: SessionPlan
    private(set) var state: RunState
    private var clock: SessionClock
    private let interruption: Interruption
    private let writer: RunWriter
    private let logs: RunLogs
    private let teller: RunTeller
    private let forecast: RunForecast
    private let figures: SampleFigures
    private let profile: ProfileKeeper
    /// What processes have agreed on by what they said at the last step.
    private var agreed = RankWord.goOn
    /// nil where the schedule stays as it is, or has been fitted.
    private var fitting: ScheduleFitting?

    init(
        net: Net, data: DataSet, names: ClassNames, files: RunFiles, state: RunState, console: Console,
        interruption: Interruption, plan: SessionPlan = SessionPlan(), logs: RunLogs = RunLogs(),
        profile: SessionProfile? = nil, ranks: RankGroup? = nil
    ) {
        steps = EpochSteps(net: net, data: data, settings: state.settings, ranks: ranks)
        let epochs = plan.epochs(of: state.settings)
        self.plan = plan
        self.state = state
        clock = SessionClock(earlier: state.log.rows.last?.seconds ?? 0)
        self.interruption = interruption
        writer = RunWriter(files: files, net: net, writes: ranks?.isFirst ?? true)
        self.logs = logs
        teller = RunTeller(console: console, epochs: epochs)
        fitting = ScheduleFitting(state.settings, secondsAllowed: plan.secondsToFit, stepsPerEpoch: steps.count)
        forecast = RunForecast(
            steps: steps, epochs: epochs, console: console, spans: profile?.spans, isNeeded: fitting != nil)
        figures = SampleFigures(net: net, data: data, names: names)
        self.profile = ProfileKeeper(profile: profile, console: console)
    }

    /// What the run leaves, as it is now.
    var results: RunResults {
        RunResults(
            net: steps.net, data: steps.data, state: state, writer: writer, figures: figures, interruption: interruption
        )
    }

    /// How many epochs are to be trained.
    private var epochs: Int { plan.epochs(of: state.settings) }
    private var spans: SpanRecorder? { profile.spans }

    /// Trains until all epochs are done, the rules for stopping say so, the time is up or a signal comes.
    /// - Throws: `TrainerError` when the loss is no longer a number or nothing can be saved; the last checkpoint stays.
    func run() throws -> Ending {
        defer {
            teller.console.clear()
            profile.end()
        }
        try writer.writing {
            try logs.begin(RunSession(files: writer.files, record: state.record, log: state.log))
        }
        let ending: Ending
        do { ending = try trained() } catch {
            // The page says so if it can; what went wrong is what counts.
            try? logs.ended(.failed("\(error)"))
            throw error
        }
        try writer.writing { try logs.ended(ending.stateBeforeTests) }
        return ending
    }

    /// Epoch after epoch, until there is a reason to end.
    private func trained() throws -> Ending {
        while state.progress.epoch < epochs {
            let scores = state.log.rows.last?.test
            if let reason = try state.settings.stopping.reason(state.progress, scores: scores, task: state.task) {
                return .early(reason)
            }
            // Not before the first step of a session, so that every session gets on.
            if clock.steps > 0, let ending = endingAsked { return ending }
            var timing = EpochTiming()
            let begin = (seconds: clock.elapsed, isWhole: state.progress.stepInEpoch == 0)
            if let ending = try trainEpoch(&timing) { return try stop(ending) }
            let speed = timing.speed
            let result = try spans.measure(.validation) {
                try steps.net.withAverage {
                    try test(
                        steps.net, on: steps.data.testing, of: steps.data, ranks: steps.ranks,
                        isInterrupted: { interruption.isRequested })
                }
            }
            let isWhole = try areAllDone(result != nil || steps.data.testing.isEmpty)
            if let fault = result?.fault {
                profile.close()
                throw try faults.untestable(fault, state.progress)
            }
            if !isWhole { return try stop(.interrupted(isTimeUp: false)) }
            try closeEpoch(result?.scores, speed)
            if let fitting, begin.isWhole {
                let now = clock.elapsed
                fit(
                    try agreed(
                        on: fitting.outcome(state.progress, elapsed: now, measured: now - begin.seconds - timing.paused)
                    ))
            }
        }
        return .finished
    }

    /// What to end with when a signal came or the time is up; nil while there is neither.
    private var endingAsked: Ending? {
        switch steps.ranks == nil ? word : agreed {
        case .goOn: nil
        case .timeIsUp: .interrupted(isTimeUp: true)
        case .stop: .interrupted(isTimeUp: false)
        }
    }

    /// What this process would do now.
    private var word: RankWord {
        if interruption.isRequested { return .stop }
        let patience = plan.secondsToFit != nil && state.settings.fit != nil ? ScheduleFitting.patience : 1
        guard let secondsAllowed = plan.secondsAllowed, clock.elapsed >= patience * secondsAllowed else { return .goOn }
        return .timeIsUp
    }

    /// Whether all processes have done their part, so that none goes on with what another one lacks.
    private func areAllDone(_ isDone: Bool) throws -> Bool {
        guard let ranks = steps.ranks else { return isDone }
        return try ranks.gather([isDone ? 1 : 0]).allSatisfy { $0 == [1] }
    }

    /// The rest of the epoch under way.
    /// - Returns: what to end with when it was not done to its end.
    private func trainEpoch(_ timing: inout EpochTiming) throws -> Ending? {
        profile.approach(step: clock.steps + 1)
        let rest = try steps.rest(of: state.progress, spans: spans)
        forecast.begin()
        for share in rest.steps {
            profile.approach(step: clock.steps + 1)
            // A step that lacks pictures has changed nothing yet.
            do { try step(share, from: rest.producer) } catch is Interrupted { return .interrupted(isTimeUp: false) }
            timing.seen += share.samples
            timing.paused += try forecast.note(state.progress)
            // Processes agree on it at the end of an epoch.
            if let fitting, steps.ranks == nil, let made = forecast.made, state.progress.stepInEpoch < steps.count {
                fit(fitting.outcome(state.progress, elapsed: clock.elapsed, made))
            }
            teller.draw(state.progress, steps: steps.count, imagesPerSecond: timing.speed.imagesPerSecond, clock)
            let ending = endingAsked
            if ending == .interrupted(isTimeUp: false) { return ending }
            // After the last step an epoch that is tested is worth more to whoever is short of time.
            guard state.progress.stepInEpoch < steps.count else { break }
            if let ending { return ending }
            if let interval = plan.checkpointEvery, state.progress.step % interval == 0 { try save() }
        }
        timing.waited = rest.producer.waited
        return nil
    }

    /// What the first process has found out, whose clock counts.
    private func agreed(on outcome: ScheduleFitting.Outcome) throws -> ScheduleFitting.Outcome {
        guard let ranks = steps.ranks else { return outcome }
        var text = ""
        if case .fitted(let fit, _) = outcome { text = fit.description }
        let told = String(decoding: try ranks.broadcast(Array(text.utf8)), as: UTF8.self)
        guard !ranks.isFirst else { return outcome }
        return ScheduleFit(told).map { .fitted($0, secondsOfEpoch: 0) } ?? .enough
    }

    /// Makes the schedule as short as the time asks for, from the next step on.
    private func fit(_ outcome: ScheduleFitting.Outcome?) {
        guard let fitting, let outcome else { return }
        self.fitting = nil
        if case .fitted(let fit, _) = outcome {
            state.record.settings.fit = fit
            steps = EpochSteps(net: steps.net, data: steps.data, settings: state.settings, ranks: steps.ranks)
            teller.epochs = epochs
        }
        guard let text = fitting.text(outcome) else { return }
        teller.console.clear()
        if case .tooShort = outcome { teller.console.warn(text) } else { teller.console.say(text) }
    }

    /// - Parameter share: the samples that the step takes.
    private func step(_ share: StepShare, from producer: BatchProducer) throws {
        let number = state.progress.step + 1
        let rate = steps.scalars(number, state.progress).learningRate
        let result = try spans.measure(.step, number: number) {
            try steps.take(
                share, from: producer, &state.record.progress, word: word.rawValue, look: plan.look, spans: spans,
                recorder: profile.recorder)
        }
        agreed = RankWord(rawValue: result.word) ?? .goOn
        if let what = result.fault { throw diverged(what, step: number) }
        clock.steps += 1
        try spans.measure(.logs) {
            let report = StepReport(
                step: number, epoch: state.progress.epoch + 1, loss: result.loss, learningRate: rate,
                seconds: clock.seconds)
            try writer.writing { try logs.step(report) }
        }
    }

    /// Tests are written down before the checkpoint: what a kill in between leaves too much, `--resume` drops.
    private func closeEpoch(_ scores: TestScores?, _ speed: EpochSpeed) throws {
        // Figures and reports are drawn where activations were, so that the peak is that of the steps.
        steps.net.executor.giveBackWorkingMemory()
        let closed = try state.closeEpoch(scores, seconds: clock.seconds)
        if closed.isOnPlateau {
            teller.tellPlateau(learningRate: steps.scalars(state.progress.step + 1, state.progress).learningRate)
        }
        guard writer.writes else { return }
        let report = try spans.measure(.figures) { try self.report(of: closed.row, speed) }
        try save {
            if closed.isBest { try writer.saveBest(state.record) }
            try state.log.write(to: writer.files.metrics)
            try logs.epoch(report)
        }
        try spans.measure(.logs) { try writer.writing { try logs.saved(report) } }
        try spans.measure(.figures) { try results.drawCurves() }
        let criterion = try state.task.criterion(state.settings.stopping.bestBy).measure.title
        teller.tell(closed.row, of: state.log, speed, isBest: closed.isBest, by: criterion)
    }

    private func report(of row: MetricsRow, _ speed: EpochSpeed) throws -> EpochReport {
        EpochReport(
            row: row, task: state.task, record: state.record, log: state.log,
            learningRate: steps.scalars(max(1, row.step), state.progress).learningRate,
            imagesPerSecond: speed.imagesPerSecond,
            samples: try figures.drawnInTime(behind: row.step, isDue: row.epoch == epochs))
    }

    private func stop(_ ending: Ending) throws -> Ending {
        try save()
        return ending
    }

    /// Writes what `before` writes, then the checkpoint.
    private func save(_ before: () throws -> Void = {}) throws {
        try spans.measure(.checkpoint) {
            if let what = try faults.brokenParameter() { throw diverged(what, step: state.progress.step) }
            try writer.save(state.record, before: before)
        }
    }

    private var faults: FaultSearch {
        FaultSearch(steps: steps, files: writer.files, console: teller.console, interruption: interruption)
    }

    private func diverged(_ what: String, step: Int) -> TrainerError {
        profile.close()
        return faults.diverged(what, step: step, state.progress)
    }
}
