import Testing

@testable import Ranks

@Suite struct LauncherTests {
    @Test(arguments: [
        (["OMPI_COMM_WORLD_RANK": "2", "OMPI_COMM_WORLD_SIZE": "4"], 2, 4), (["PMI_RANK": "0", "PMI_SIZE": "3"], 0, 3),
        (["PMIX_RANK": "1", "SLURM_STEP_NUM_TASKS": "8"], 1, 8), (["PMIX_RANK": "1"], 1, nil),
    ])
    func launchersAreKnown(environment: [String: String], rank: Int, count: Int?) throws {
        let launcher = try #require(Launcher(environment))
        #expect(launcher.rank == rank && launcher.count == count && launcher.hasOthers)
    }

    /// A script of Slurm's has its variables, and starts nothing by that.
    @Test(arguments: [
        [:], ["SLURM_NTASKS": "8", "SLURM_PROCID": "0", "SLURM_LOCALID": "0"], ["OMPI_COMM_WORLD_RANK": "none"],
    ])
    func othersAreNone(environment: [String: String]) { #expect(Launcher(environment) == nil) }

    @Test func oneProcessHasNoOthers() {
        #expect(Launcher(["OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "1"])?.hasOthers == false)
    }
}
