import Platform

/// What a launcher such as `mpirun` says to the processes that it starts.
package struct Launcher: Hashable, Sendable {
    /// Processes; nil where that is known only once MPI has begun.
    package var count: Int?
    /// This one's number among them.
    package var rank: Int
    /// As people call it.
    package var name: String

    /// nil for a process that was started by none. Slurm's own variables are also those of a batch script, which starts nothing;
    /// what it starts has those of PMI besides.
    package init?(_ environment: [String: String]) {
        func number(_ key: String) -> Int? { environment[key].flatMap { Int($0) } }
        let slurm = number("SLURM_STEP_NUM_TASKS")
        let kinds = [
            ("Open MPI", number("OMPI_COMM_WORLD_RANK"), number("OMPI_COMM_WORLD_SIZE")),
            ("PMI", number("PMI_RANK"), number("PMI_SIZE")), ("PMIx", number("PMIX_RANK"), slurm),
        ]
        guard let (name, rank, count) = kinds.first(where: { $0.1 != nil }), let rank else { return nil }
        self.name = name
        self.rank = rank
        self.count = count
    }

    /// Where all fail for the same reason the first one tells it. Others wait for that: a launcher ends all as soon as one has failed.
    package func letFirstSpeak() { if rank != 0 { usleep(1_000_000) } }

    /// Whether there may be others.
    package var hasOthers: Bool { count != 1 }
}
