import FileAccess

/// How a machine's processors belong together: which are threads of one core, and which are near the same memory (NUMA
/// nodes). Where the system does not say, each is a core of its own, and all are of one node.
public struct ProcessorTopology: Hashable, Sendable {
    /// The processors of each node, in the nodes' order.
    public var nodes: [[Int]]
    /// The processors of each core that has several, each core once.
    public var cores: [[Int]]

    public init(nodes: [[Int]], cores: [[Int]]) {
        self.nodes = nodes
        self.cores = cores
    }

    /// Reads the system's description.
    /// - Parameters:
    ///   - root: where the system's files are; another folder in tests.
    ///   - processors: those to ask about.
    public init(root: String = "", processors: [Int]) {
        let read = { (path: String) -> [Int] in
            guard let bytes = try? Files.read(root + path) else { return [] }
            return Self.numbers(String(decoding: bytes, as: UTF8.self))
        }
        nodes = read("/sys/devices/system/node/online").map { read("/sys/devices/system/node/node\($0)/cpulist") }
        let siblings = processors.map {
            read("/sys/devices/system/cpu/cpu\($0)/topology/thread_siblings_list")
        }
        cores = siblings.filter { $0.count > 1 }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// A processor for each of `threads` threads, in their order: each core's first processor before any second one, and near
    /// ones behind each other, so that the threads of a node follow each other.
    /// - Parameter allowed: the processors that may be used; at least as many as threads, else nil.
    public func places(threads: Int, allowed: [Int]) -> [Int]? {
        guard threads <= allowed.count else { return nil }
        let places = allowed.map { Place($0, rank: rank($0, among: allowed), node: node(of: $0)) }
        let chosen = places.sorted { ($0.rank, $0.node, $0.processor) < ($1.rank, $1.node, $1.processor) }
            .prefix(threads)
        return chosen.sorted { ($0.node, $0.rank, $0.processor) < ($1.node, $1.rank, $1.processor) }.map(\.processor)
    }

    private struct Place {
        var processor: Int
        var rank: Int
        var node: Int

        init(_ processor: Int, rank: Int, node: Int) {
            self.processor = processor
            self.rank = rank
            self.node = node
        }
    }

    /// How many allowed processors of its core come before it.
    private func rank(_ processor: Int, among allowed: [Int]) -> Int {
        let core = cores.first { $0.contains(processor) } ?? []
        return core.filter { $0 < processor && allowed.contains($0) }.count
    }

    private func node(of processor: Int) -> Int { nodes.firstIndex { $0.contains(processor) } ?? nodes.count }

    /// The numbers of a list such as `0-3,8,10-11`; none for what is no such list.
    static func numbers(_ list: String) -> [Int] {
        let parts = list.split { $0 == "\n" || $0 == " " }.joined().split(
            separator: ",", omittingEmptySubsequences: false)
        var numbers: [Int] = []
        for part in parts {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first >= 0,
                first <= last, last - first < 1 << 16
            else { return [] }
            numbers += first...last
        }
        return numbers
    }
}
