import Programs

/// What cores take for kernels that run beside each other, of which each core takes the next task when it is free, long tasks
/// first.
struct GroupTime {
    /// Milliseconds from the last task of a group to the first of the next one.
    private static let barrier = 0.004

    /// Tasks of one length.
    private struct Tasks {
        var count: Int
        var milliseconds: Double
    }

    /// Cores that are busy until the same time.
    private struct Cores {
        var count: Int
        var until: Double
    }

    /// The core time that a group takes, in milliseconds of one core: the mean over all numbers of cores that plans are made for.
    static func coreMilliseconds(_ loads: [KernelLoad]) -> Double {
        let tasks = longFirst(loads)
        let sum = CoreCounts.all.reduce(0) { $0 + Double($1) * (end(of: tasks, on: $1) + barrier) }
        return sum / Double(CoreCounts.all.count)
    }

    /// What so many cores take for a group.
    static func milliseconds(_ loads: [KernelLoad], cores: Int) -> Double { end(of: longFirst(loads), on: cores) }

    private static func longFirst(_ loads: [KernelLoad]) -> [Tasks] {
        loads.filter { $0.tasks > 0 }
            .map { Tasks(count: $0.tasks, milliseconds: $0.milliseconds / Double($0.tasks)) }
            .sorted { $0.milliseconds > $1.milliseconds }
    }

    /// When the last of the tasks, long ones first, is done.
    private static func end(of tasks: [Tasks], on coreCount: Int) -> Double {
        // Those that are free first at the end.
        var cores = [Cores(count: coreCount, until: 0)]
        for var tasks in tasks where tasks.milliseconds > 0 {
            while tasks.count > 0 { give(&tasks, to: &cores, coreCount) }
        }
        return cores[0].until
    }

    /// Gives some of the tasks to the cores that are free first.
    private static func give(_ tasks: inout Tasks, to cores: inout [Cores], _ coreCount: Int) {
        var free = cores[cores.count - 1]
        if tasks.count >= coreCount, cores[0].until - free.until <= tasks.milliseconds {
            // All take turns.
            let rounds = tasks.count / coreCount
            for index in cores.indices { cores[index].until += Double(rounds) * tasks.milliseconds }
            tasks.count -= rounds * coreCount
            return
        }
        cores.removeLast()
        if tasks.count < free.count {
            cores.append(Cores(count: free.count - tasks.count, until: free.until))
            insert(Cores(count: tasks.count, until: free.until + tasks.milliseconds), into: &cores)
            tasks.count = 0
            return
        }
        let gap = cores.last.map { Int(($0.until - free.until) / tasks.milliseconds) } ?? Int.max
        let rounds = max(1, min(gap, tasks.count / free.count))
        free.until += Double(rounds) * tasks.milliseconds
        tasks.count -= rounds * free.count
        insert(free, into: &cores)
    }

    private static func insert(_ new: Cores, into cores: inout [Cores]) {
        let place = cores.firstIndex { $0.until <= new.until } ?? cores.count
        if place < cores.count, cores[place].until == new.until {
            cores[place].count += new.count
        } else {
            cores.insert(new, at: place)
        }
    }
}
