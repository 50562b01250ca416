import Programs

/// How finely steps are cut into tasks, for machines of a few to 64 cores. Cuts follow from shape, batch and target alone,
/// never from the number of threads, so that the bits are the same for all of them.
public enum TaskCuts {
    /// Numbers of cores that steps are cut for.
    static let cores = CoreCounts.all

    /// Tasks of a step from which on a finer cut is not worth another pass over what tasks have in common.
    static let wanted = 32

    /// The share of so many cores' time that a step of equal tasks uses.
    public static func share(of cores: Int, tasks: Int) -> Double {
        tasks > 0 ? Double(tasks) / Double(ceilingDivide(tasks, cores) * cores) : 0
    }

    /// That share in the mean over all those numbers of cores: what the work of differently cut steps is divided by where
    /// they are compared.
    static func balance(_ tasks: Int) -> Double {
        cores.reduce(0) { $0 + share(of: $1, tasks: tasks) } / Double(cores.count)
    }

    /// How many parts each of `tasks` tasks should be cut into, of at most `most`.
    static func parts(ofEachOf tasks: Int, most: Int) -> Int {
        max(1, min(most, ceilingDivide(wanted, max(1, tasks))))
    }
}
