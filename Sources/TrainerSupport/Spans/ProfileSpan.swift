/// What a thread of a session did from one time to another, apart from the steps of plans.
package struct ProfileSpan: Hashable, Sendable {
    /// What training does beside running plans.
    package enum Kind: String, Sendable, CaseIterable {
        // The training loop.
        case step
        case wait = "wait for pictures"
        case feed = "load pictures into the net"
        case deferred = "deferred weight gradients"
        case sums = "add gradients up"
        case messages = "messages of other processes"
        case gradientNorm = "norm of gradients"
        case optimizer
        case average = "average of weights"
        case logs = "write logs"
        case forecast
        case validation
        case checkpoint
        case figures
        // Threads that make batches.
        case decode
        case augment
    }

    /// A thread as the viewer shows it.
    package enum Lane: Hashable, Sendable {
        /// The thread that takes the steps: the first of those that run plans.
        case loop
        /// One that makes batches, from 0.
        case loader(Int)
        /// The one that sends and receives.
        case messenger
    }

    package var kind: Kind
    package var lane: Lane
    /// Nanoseconds of `monotonicNanoseconds`.
    package var begin: Int
    package var end: Int
    /// The step of the run, or the sample; 0 where neither is meant.
    package var number: Int
}
