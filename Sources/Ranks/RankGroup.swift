import Base
import RanksABI
import TrainerSupport

/// The processes of one run, which all do the same things in the same order.
///
/// What several of them give goes from each to the first one and from there to all, in the order of ranks, so that all have the same.
/// Use it from one thread.
package final class RankGroup {
    package let place: RankPlace
    /// Processes of this host, this one included.
    package let neighbours: Int
    /// Of each rank.
    package private(set) var hosts: [String] = []
    /// As MPI calls itself.
    package let library: String
    private let messenger: Messenger
    private let calls: RankCalls

    /// What a message holds at most; larger ones go in parts.
    private static let part = 1 << 20
    /// Seconds of silence after which a rank is lost, where nobody says another number.
    private static let patience = 20.0

    /// Begins MPI.
    /// - Throws: `TrainerError` where it is not there.
    package init(_ environment: [String: String]) throws {
        guard let path = RankCalls.path(environment) else {
            throw TrainerError("MPI cannot be used: neither UNETC_MPI nor HOME says where its library is")
        }
        calls = try RankCalls(path: path)
        let patience = environment["UNETC_MPI_PATIENCE"].flatMap { Double($0) } ?? Self.patience
        messenger = try Messenger(calls, patience: patience)
        let ranks = try messenger.ranks()
        place = RankPlace(rank: Int(ranks.rank), count: Int(ranks.count))
        neighbours = Int(ranks.local_count)
        library = Self.text(ranks.library)
        hosts = try gather(Array(Self.text(ranks.host).utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    package var rank: Int { place.rank }
    package var count: Int { place.count }
    package var isFirst: Bool { rank == 0 }

    /// `rank 3 of node7`.
    package func name(of rank: Int) -> String {
        "rank \(rank)" + (hosts.indices.contains(rank) ? " of \(hosts[rank])" : "")
    }

    /// What each rank gives, to all.
    /// - Throws: `TrainerError`, `RankLost`.
    package func gather(_ bytes: [UInt8]) throws -> [[UInt8]] {
        guard count > 1 else { return [bytes] }
        if !isFirst {
            try sendCounted(bytes, to: 0)
            let all = try receiveCounted(from: 0)
            return Self.parted(all)
        }
        var parts = [bytes]
        for other in 1..<count { parts.append(try receiveCounted(from: other)) }
        let all = Self.joined(parts)
        for other in 1..<count { try sendCounted(all, to: other) }
        return parts
    }

    /// What the first rank gives, to all; the others give nothing.
    /// - Throws: as `gather`.
    package func broadcast(_ bytes: [UInt8]) throws -> [UInt8] {
        guard count > 1 else { return bytes }
        guard isFirst else { return try receiveCounted(from: 0) }
        for other in 1..<count { try sendCounted(bytes, to: other) }
        return bytes
    }

    /// Overwrites memory of all ranks with the first one's, in parts that go down a tree.
    /// - Throws: as `gather`.
    package func broadcast(_ memory: UnsafeMutableRawBufferPointer) throws {
        guard count > 1 else { return }
        let actions = SumExchange.spreading(from: 0, ranks: count, of: rank)
        try messenger.run(
            Self.parts(of: memory.count).enumerated().map { place, range in
                let part = UnsafeMutableRawBufferPointer(rebasing: memory[range])
                return Errand(
                    tag: Self.tag(place),
                    actions: actions.map { action in
                        switch action {
                        case .send(let other): .send(to: other, UnsafeRawBufferPointer(part))
                        case .receive(let other): .receive(from: other, part)
                        }
                    })
            })
    }

    /// Adds up the sums that all ranks have, in the order of the tree; then buffer 0 of each has them all.
    /// - Parameter buffers: equal in length, as `LocalSums` numbers them.
    /// - Throws: as `gather`.
    package func sum(_ exchange: SumExchange, _ buffers: [UnsafeMutableBufferPointer<Float>]) throws {
        try SumsUnderWay(exchange, buffers, in: self).finish()
    }

    /// Has all ranks have what each has of its own: bytes of a memory that they part among themselves.
    /// - Parameters:
    ///   - owned: by rank, one range behind the other.
    ///   - spans: where it is noted when that was on its way.
    /// - Throws: as `gather`.
    package func join(
        _ memory: UnsafeMutableRawBufferPointer, owned: [Range<Int>], spans: SpanRecorder? = nil
    ) throws {
        guard count > 1 else { return }
        let actions = SumExchange.joining(ranks: count, of: rank).flatMap { passing -> [Errand.Action] in
            let bytes = owned[passing.owners].reduce(nil) { all, range -> Range<Int>? in
                range.isEmpty ? all : (all?.lowerBound ?? range.lowerBound)..<range.upperBound
            }
            guard let bytes else { return [] }
            return Self.parts(of: bytes.count).map { part in
                let block = UnsafeMutableRawBufferPointer(
                    rebasing: memory[bytes.lowerBound + part.lowerBound..<bytes.lowerBound + part.upperBound])
                return switch passing.passing {
                case .send(let other): .send(to: other, UnsafeRawBufferPointer(block))
                case .receive(let other): .receive(from: other, block)
                }
            }
        }
        try messenger.run([Errand(tag: Self.tag(0), actions: actions)], spans: spans)
    }

    /// Has errands done while this thread goes on.
    /// - Returns: the number to wait for.
    func post(_ errands: [Errand], spans: SpanRecorder?) -> Int { messenger.post(errands, spans: spans) }

    /// - Throws: as `gather`.
    func wait(for job: Int) throws { try messenger.wait(for: job) }

    /// Waits for all ranks, and ends MPI.
    package func end() { messenger.end() }

    /// Ends all ranks at once, this one included.
    package func abort(_ code: Int32) { calls.abort(code) }

    // MARK: Messages

    /// Enough buckets that all ranks have work, and none so small that its way takes longer than its bytes.
    static func bucket(of bytes: Int) -> Int { min(4 << 20, max(64 << 10, (bytes / 32 + 63) / 64 * 64)) }

    private static func parts(of bytes: Int) -> [Range<Int>] {
        stride(from: 0, to: bytes, by: part).map { $0..<min(bytes, $0 + part) }
    }

    /// MPI allows numbers up to 32767.
    static func tag(_ place: Int) -> Int { 16 + place % 32_000 }

    private func sendCounted(_ bytes: [UInt8], to other: Int) throws {
        try withUnsafeBytes(of: Int64(bytes.count)) { count in
            try bytes.withUnsafeBytes { bytes in
                let parts = Self.parts(of: bytes.count).map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
                try messenger.run([Errand(tag: Self.tag(0), actions: ([count] + parts).map { .send(to: other, $0) })])
            }
        }
    }

    private func receiveCounted(from other: Int) throws -> [UInt8] {
        var count: Int64 = 0
        try withUnsafeMutableBytes(of: &count) {
            try messenger.run([Errand(tag: Self.tag(0), actions: [.receive(from: other, $0)])])
        }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        try bytes.withUnsafeMutableBytes { bytes in
            let parts = Self.parts(of: bytes.count).map { UnsafeMutableRawBufferPointer(rebasing: bytes[$0]) }
            try messenger.run([Errand(tag: Self.tag(0), actions: parts.map { .receive(from: other, $0) })])
        }
        return bytes
    }

    /// Each behind its length, of eight bytes.
    private static func joined(_ parts: [[UInt8]]) -> [UInt8] {
        parts.flatMap { part in withUnsafeBytes(of: Int64(part.count), Array.init) + part }
    }

    private static func parted(_ all: [UInt8]) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        var rest = all[...]
        while rest.count >= 8 {
            let count = Int(rest.prefix(8).withUnsafeBytes { $0.loadUnaligned(as: Int64.self) })
            parts.append(Array(rest.dropFirst(8).prefix(count)))
            rest = rest.dropFirst(8 + count)
        }
        return parts
    }

    /// A C string in an array.
    private static func text<Characters>(_ characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
