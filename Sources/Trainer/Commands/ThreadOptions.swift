import ArgumentParser
import Runtime

/// How many threads a command uses, and where they run.
struct ThreadOptions: ParsableArguments {
    @Option(help: "Threads; default: one per processor.")
    var threads: Int?

    @Flag(
        help: """
            Bind each thread that computes the net to a processor of its own, for machines with several sockets that no \
            other program uses.
            """)
    var pin = false

    mutating func validate() throws {
        guard let threads else { return }
        guard (1...1024).contains(threads) else {
            throw ValidationError("--threads takes a number from 1 to 1024, found \(threads).")
        }
        if pin, threads > allowedProcessorCount() {
            throw ValidationError(
                "--pin takes at most one thread for each of the \(allowedProcessorCount()) processors that may be used, "
                    + "found --threads \(threads).")
        }
    }

    /// As many as asked for, else one for each processor.
    var count: Int { threads ?? processorCount() }
}
