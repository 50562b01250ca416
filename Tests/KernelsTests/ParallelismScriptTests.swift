import Kernels
import TestSupport
import Testing

import Platform

/// What cores can use of a step's tasks is counted here and by `scripts/bench/parallelism.py`: both must say the same.
@Suite struct ParallelismScriptTests {
    private static let cores = [2, 3, 8, 16, 32, 64]
    private static let hasPython = system("python3 -c pass 2>/dev/null") == 0

    @Test(.enabled(if: hasPython, "there is no python3"))
    func theScriptCountsAsTheCompilerDoes() throws {
        var template = Array("/tmp/unetc-parallelism-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { _ = system("rm -rf '\(folder)'") }
        let counts = [1, 2, 3, 7, 8, 31, 32, 33, 63, 64, 65, 96, 288, 1000]
        let plans = counts.map {
            """
            {"name": "p\($0)", "batch": 1, "steps": [{"name": "s", "algorithm": "a", "preparation": false, \
            "tasks_per_sample": 0, "tasks_fixed": \($0), "flops_per_sample": 1e9, "flops_fixed": 0, \
            "bytes_per_sample": 0, "bytes_fixed": 0}]}
            """
        }
        try writeText("{\"plans\": [\(plans.joined(separator: ", "))]}", to: folder + "/plan.json")
        let script = checkoutFolder() + "/scripts/bench/parallelism.py"
        let names = counts.map { "--plan p\($0)" }.joined(separator: " ")
        let cores = Self.cores.map(String.init).joined(separator: " ")
        let command = "python3 '\(script)' '\(folder)/plan.json' \(names) --cores \(cores) > '\(folder)/out'"
        try #require(system(command) == 0)
        let lines = String(decoding: try readBytes(folder + "/out"), as: UTF8.self).split(separator: "\n").dropFirst()
        try #require(lines.count == counts.count)
        for (tasks, line) in zip(counts, lines) {
            let found = line.split { $0 == " " || $0 == "%" }.suffix(Self.cores.count).map { Double($0) ?? -1 }
            for (cores, share) in zip(Self.cores, found) {
                let expected = 100 * TaskCuts.share(of: cores, tasks: tasks)
                #expect(abs(share - expected) <= 0.051, "\(tasks) tasks on \(cores) cores: \(line)")
            }
        }
    }
}
