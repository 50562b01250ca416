import Base
import Testing

@testable import Runtime
@testable import unetc

/// Steps on cores that are not at hand: how tasks are handed out, what waiting and memory cost.
@Suite struct ProjectionTests {
    @Test(arguments: [1, 2, 3, 7, 8, 9, 16, 64, 100], [1, 2, 5, 8, 32, 63, 64, 65, 288])
    func equalTasksTakeWhatCountingSays(threads: Int, tasks: Int) {
        let handOut = HandOut([HandOut.Job(times: Array(repeating: 2, count: tasks))], threads: threads)
        #expect(handOut.end == Double(2 * ((tasks + threads - 1) / threads)))
        #expect(handOut.counts.reduce(0, +) == tasks)
        #expect(handOut.counts.count == threads)
    }

    @Test(arguments: [2, 3, 8, 64])
    func oneGiantTaskHoldsUpNobodyElse(threads: Int) {
        // The first task of the first share; the rest of that share is taken from its end.
        var times = [Double](repeating: 1, count: 10 * threads)
        times[0] = 1000
        let handOut = HandOut([HandOut.Job(times: times)], threads: threads)
        #expect(handOut.end == 1000)
        #expect(handOut.counts[0] == 1)
    }

    @Test func sharesBeginInOrderAndAreHelpedFromTheirEnds() {
        // Thread 0 is done after one unit, and takes the last task of the slow share while thread 1 is at its first.
        let handOut = HandOut([HandOut.Job(times: [0.5, 0.5, 4, 3, 2])], threads: 2)
        // Shares [0, 1, 2] and [3, 4]: thread 0 ends with 4 at 5, thread 1 at 5.
        #expect(handOut.end == 5 && handOut.counts == [3, 2])
        let late = HandOut([HandOut.Job(times: [0.5, 0.5, 1, 9, 2])], threads: 2)
        #expect(late.end == 9 && late.counts == [4, 1])
    }

    /// (tasks and times of each job, threads, the end)
    @Test(arguments: [
        // Side by side they take what they take together.
        ([(4, 1.0), (4, 1.0)], 8, 1.0), ([(4, 1), (4, 1)], 4, 2), ([(1, 10), (10, 1)], 2, 10),
        ([(1, 10), (30, 1)], 4, 10),
        ([(0, 1), (3, 1), (0, 1)], 3, 1), ([], 4, 0), ([(2, 3), (2, 1)], 2, 5), ([(5, 1), (1, 100)], 64, 100),
    ])
    func jobsSideBySide(jobs: [(count: Int, time: Double)], threads: Int, end: Double) {
        let handOut = HandOut(
            jobs.map { HandOut.Job(times: Array(repeating: $0.time, count: $0.count), weight: $0.time) },
            threads: threads)
        #expect(handOut.end == end)
    }

    @Test(arguments: [1, 2, 3, 7, 16, 64])
    func noHandOutBeatsTheWorkOrTheLongestTask(threads: Int) {
        var random: UInt64 = 7
        for _ in 0..<200 {
            let jobs = (0..<Int(random % 4 + 1)).map { _ in
                let times = (0..<Int(random >> 20 % 90)).map { _ -> Double in
                    random = random &* 6_364_136_223_846_793_005 &+ 1
                    return Double(random >> 40)
                }
                random = random &* 6_364_136_223_846_793_005 &+ 1
                return HandOut.Job(times: times, weight: Double(random >> 60) + 1)
            }
            let times = jobs.flatMap(\.times)
            let (work, longest) = (times.reduce(0, +), times.max() ?? 0)
            let end = HandOut(jobs, threads: threads).end
            #expect(end >= max(longest, work / Double(threads) * (1 - 1e-12)))
            // Nobody waits while there is a task: Graham's bound (1969).
            let bound = work / Double(threads) + longest * (1 - 1 / Double(threads))
            #expect(end <= bound * (1 + 1e-12), "\(jobs)")
        }
    }

    @Test func waitingGrowsWithTheTree() {
        #expect(MachineModel.hops(threads: 1) == 0)
        #expect(MachineModel.hops(threads: 2) == 6)
        // One level of 8, two of 8, three of 8.
        #expect(MachineModel.hops(threads: 8) == 4 + 0.6 + 14)
        #expect(MachineModel.hops(threads: 64) == 4 + 6.2 + 28)
        let all = (1...600).map { MachineModel.hops(threads: $0) }
        #expect(zip(all, all.dropFirst()).allSatisfy { $0 <= $1 })
    }

    private func machine(all: Double? = nil) -> MachineModel {
        MachineModel(hop: 1e-7, bandwidthOfOne: 50e9, measured: (2, 60e9), bandwidthOfAll: all)
    }

    @Test func memoryGivesWhatIsSaidOfIt() {
        #expect(machine().bandwidth(threads: 1) == 50e9)
        // What is measured, and 4 GB/s a core where that is more.
        #expect([2, 4, 15, 16, 64].map { machine().bandwidth(threads: $0) } == [60e9, 60e9, 60e9, 64e9, 256e9])
        #expect([1, 2, 4, 64].map { machine(all: 120e9).bandwidth(threads: $0) } == [50e9, 100e9, 120e9, 120e9])
    }

    private func step(_ name: String, tasks: Int, seconds: Double, bytes: Double = 0) -> MeasuredStage.Step {
        let info = StepInfo(
            name: name, operation: "", source: "", algorithm: "", phase: .forward, kind: .convolution,
            tasksPerSample: 0, fixedTasks: tasks, workspaceBytes: 0, flopsPerSample: 0, fixedFlops: 0,
            bytesPerSample: 0, fixedBytes: bytes, isPreparation: false)
        return MeasuredStage.Step(
            step: info, tasks: Array(repeating: seconds / Double(tasks), count: tasks), bytes: bytes)
    }

    @Test func whatIsLostIsNamed() {
        let stages = [
            MeasuredStage(steps: [step("even", tasks: 64, seconds: 6.4)]),
            MeasuredStage(steps: [step("few", tasks: 2, seconds: 2)]),
            // 25e9 bytes, but one thread took a tenth of what memory would have needed: most were in the caches.
            MeasuredStage(steps: [step("cached", tasks: 16, seconds: 0.05, bytes: 25e9)]),
            MeasuredStage(steps: [step("moves", tasks: 16, seconds: 1, bytes: 48e9)]),
            MeasuredStage(steps: [step("single", tasks: 1, seconds: 0.01)]),
        ]
        let plan = MeasuredPlan(
            stages: stages, outside: 0.001, measured: [(1, 9.461), (2, 4.8)])
        let projection = PlanProjection(plan, cores: [16], machine: machine())
        #expect(projection.rows.map(\.threads) == [1, 2, 16])
        let row = projection.rows[2]
        #expect(abs(row.stages[0].seconds - 0.4 - row.stages[0].barrier) < 1e-12 && row.stages[0].imbalance < 1e-12)
        #expect(abs(row.stages[1].imbalance - (1 - 2.0 / 16)) < 1e-12)
        #expect(abs(row.stages[2].bandwidth - (0.05 * 50 / 64 - 0.05 / 16)) < 1e-12)
        #expect(abs(row.stages[3].bandwidth - (48.0 / 64 - 1.0 / 16)) < 1e-12)
        #expect(row.stages[4].barrier == 0 && row.stages[3].barrier == machine().barrier(threads: 16))
        #expect(abs(row.seconds - row.stages.reduce(0.001) { $0 + $1.seconds }) < 1e-12)
        #expect(projection.heldUp(2).map(\.stage) == [1, 3])
        #expect(abs(projection.secondsOfOne - 9.461) < 1e-9)
        #expect(projection.checks.map(\.threads) == [1, 2])
        #expect(abs(projection.checks[0].differencePercent) < 1e-9)
    }

    @Test func stagesOfSeveralStepsShareTheCores() {
        let alone = [step("a", tasks: 4, seconds: 4), step("b", tasks: 4, seconds: 4)]
        let beside = ProjectedStage(MeasuredStage(steps: alone), threads: 8, on: machine())
        let apart = alone.map { ProjectedStage(MeasuredStage(steps: [$0]), threads: 8, on: machine()) }
        #expect(abs(beside.seconds - beside.barrier - 1) < 1e-12)
        #expect(abs(apart[0].seconds + apart[1].seconds - 2 * apart[0].barrier - 2) < 1e-12)
    }

    @Test(arguments: [
        ("4", [4]), ("4,8,64", [4, 8, 64]), ("", nil), ("4,", nil), ("0", nil), ("8,x", nil), ("2000", nil),
    ])
    func coresAreRead(text: String, counts: [Int]?) {
        #expect(ProjectedCores(argument: text)?.counts == counts)
    }
}
