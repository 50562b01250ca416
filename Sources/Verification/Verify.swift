import Base
import Driver
import Strategy
import Emission
import Runtime

/// Checks a graph's gradients, plans and kernels on this machine.
///
/// - Parameters:
///   - options: batch, target and algorithms; plans are chosen here.
///   - progress: is told the name of each check before it begins.
/// - Throws: `DriverError` when the graph cannot be compiled, `RuntimeError` when it cannot be run.
public func verify(
    _ session: Session, _ options: CompileOptions, progress: (String) -> Void = { _ in }
) throws -> VerificationReport {
    var options = options
    options.plans = session.graph.loss == nil ? [.infer, .gradients] : [.train, .infer, .forward, .gradients]
    progress("compiling")
    let subject = try Subject(session, options)
    let plans = PlanChecks(subject: subject)
    let net = WholeNetChecks(subject: subject)
    let steps: [(name: String, body: () throws -> Finding)] = [
        ("gradients", GradientChecks(graph: session.graph).run), ("kernels", KernelChecks(subject: subject).run),
        ("updates", UpdateChecks(subject: subject).run), ("plans", plans.places), ("poison", plans.poison),
        ("placement", net.placement), ("fusion", net.fusion), ("threads", plans.threads),
        ("openblas", ProductChecks(subject: subject).run),
    ]
    var checks: [VerificationCheck] = []
    for (name, body) in steps {
        progress(name)
        let start = monotonicSeconds()
        let finding = try body()
        checks.append(
            VerificationCheck(
                name: name, count: finding.count, detail: finding.detail, worst: finding.worst,
                seconds: monotonicSeconds() - start, faults: finding.faults))
    }
    return VerificationReport(
        title: "\(session.graph.name), batch \(subject.batch), \(options.target.name), \(subject.threads) threads",
        checks: checks)
}
