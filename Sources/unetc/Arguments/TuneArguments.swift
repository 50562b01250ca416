import ArgumentParser
import Driver
import Strategy
import Runtime

/// What commands take that may measure before they compile.
struct TuneArguments: ParsableArguments {
    @Flag(help: "Measure every algorithm for each convolution on this machine, and use the fastest; kept in the cache.")
    var tune = false

    /// The options with the winners, where tuning has been asked for; says on standard error what was done.
    func applied(to options: CompileOptions, of session: Session) throws -> CompileOptions {
        guard tune else { return options }
        guard options.convolutions == .auto else {
            throw CommandFailure(
                "--tune measures all algorithms, --conv \(options.convolutions.rawValue) forces one: give either",
                exitCode: 2)
        }
        let result = try session.tune(options) { path, plan in
            try Self.stepSeconds(try Model.load(path: path), plan: plan, threads: options.jobs)
        }
        printError(
            "tuned \(result.measured) shapes of convolutions, \(result.known) were known; kept in \(result.record)")
        var tuned = options
        tuned.winners = result.winners
        return tuned
    }

    /// Seconds of each step of a plan: the medians of three runs, after one that is not timed.
    private static func stepSeconds(_ model: Model, plan: String, threads: Int) throws -> [Double] {
        let subject = try BenchmarkSubject(model: model, plan: plan, threads: threads)
        _ = try subject.run()
        let profiles = try (0..<3).map { _ in try subject.runProfiled().steps }
        return profiles[0].indices.map { step in medianValue(profiles.map { $0[step] }) }
    }
}
