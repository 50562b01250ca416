import FileAccess
import TestSupport
import Testing

@testable import HostLimits

/// Processors by cores and nodes, from made-up descriptions.
@Suite struct ProcessorTopologyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var topology: ProcessorTopology
        var allowed: [Int]
        /// For each number of threads.
        var places: [Int: [Int]?]
    }

    private static let cases = [
        Case(
            testDescription: "one node without siblings",
            topology: ProcessorTopology(nodes: [[0, 1, 2, 3]], cores: []),
            allowed: [0, 1, 2, 3], places: [1: [0], 3: [0, 1, 2], 4: [0, 1, 2, 3], 5: nil]),
        Case(
            testDescription: "nothing is known", topology: ProcessorTopology(nodes: [], cores: []), allowed: [3, 5],
            places: [1: [3], 2: [3, 5], 3: nil]),
        Case(
            testDescription: "cores of two threads, numbered through",
            topology: ProcessorTopology(nodes: [Array(0..<8)], cores: [[0, 4], [1, 5], [2, 6], [3, 7]]),
            allowed: Array(0..<8),
            places: [2: [0, 1], 4: [0, 1, 2, 3], 6: [0, 1, 2, 3, 4, 5], 8: [0, 1, 2, 3, 4, 5, 6, 7]]),
        Case(
            testDescription: "siblings side by side",
            topology: ProcessorTopology(nodes: [[0, 1, 2, 3]], cores: [[0, 1], [2, 3]]), allowed: [0, 1, 2, 3],
            places: [2: [0, 2], 3: [0, 2, 1], 4: [0, 2, 1, 3]]),
        Case(
            testDescription: "two sockets, whose second threads come last",
            topology: ProcessorTopology(
                nodes: [[0, 1, 4, 5], [2, 3, 6, 7]], cores: [[0, 4], [1, 5], [2, 6], [3, 7]]),
            allowed: Array(0..<8),
            // Four threads take all cores; with more of them each node's threads still follow each other.
            places: [2: [0, 1], 3: [0, 1, 2], 4: [0, 1, 2, 3], 6: [0, 1, 4, 5, 2, 3], 8: [0, 1, 4, 5, 2, 3, 6, 7]]),
        Case(
            testDescription: "nodes whose processors alternate",
            topology: ProcessorTopology(nodes: [[0, 2, 4, 6], [1, 3, 5, 7]], cores: []), allowed: Array(0..<8),
            places: [4: [0, 2, 4, 6], 8: [0, 2, 4, 6, 1, 3, 5, 7], 9: nil]),
        Case(
            testDescription: "a mask that leaves second threads alone",
            topology: ProcessorTopology(nodes: [[0, 1, 2, 3]], cores: [[0, 2], [1, 3]]), allowed: [1, 2, 3],
            places: [2: [1, 2], 3: [1, 2, 3]]),
    ]

    @Test(arguments: cases)
    func coresBeforeSiblingsAndNodesTogether(_ one: Case) {
        for (threads, places) in one.places {
            #expect(one.topology.places(threads: threads, allowed: one.allowed) == places, "\(threads) threads")
        }
        for threads in 1...one.allowed.count {
            let places = one.topology.places(threads: threads, allowed: one.allowed) ?? []
            #expect(Set(places).count == threads && Set(places).isSubset(of: one.allowed), "\(threads) threads")
        }
    }

    @Test func theSystemsDescriptionIsRead() throws {
        let root = "/tmp/unetc-topology-\(UInt64.random(in: 0 ... .max))"
        defer { Files.removeFolder(root) }
        let cpu = "/sys/devices/system/cpu/cpu"
        let node = "/sys/devices/system/node/"
        let files =
            [
                (node + "online", "0-1\n"), (node + "node0/cpulist", "0-1,4-5\n"),
                (node + "node1/cpulist", "2-3,6-7\n"),
            ] + (0..<8).map { ("\(cpu)\($0)/topology/thread_siblings_list", "\($0 % 4),\($0 % 4 + 4)\n") }
        for (path, text) in files {
            try Files.makeFolder(root + Files.folder(of: path))
            try writeText(text, to: root + path)
        }
        let topology = ProcessorTopology(root: root, processors: Array(0..<8))
        #expect(topology.nodes == [[0, 1, 4, 5], [2, 3, 6, 7]])
        #expect(topology.cores == [[0, 4], [1, 5], [2, 6], [3, 7]])
        let nothing = ProcessorTopology(root: root + "/none", processors: [0, 1])
        #expect(nothing == ProcessorTopology(nodes: [], cores: []))
    }

    @Test func thisMachineIsRead() {
        let topology = ProcessorTopology(processors: [0])
        #expect(topology.places(threads: 1, allowed: [0]) == [0], "\(topology)")
    }

    @Test(arguments: [
        ("0", [0]), ("0-3", [0, 1, 2, 3]), ("0-1,4,6-7\n", [0, 1, 4, 6, 7]), ("", []), ("x", []), ("1-", []),
        ("3-1", []), ("0-99999999", []), ("1,,2", []), ("-1", []), ("0-1-2", []),
    ])
    func listsOfProcessors(text: String, numbers: [Int]) { #expect(ProcessorTopology.numbers(text) == numbers) }
}
