import Base
import TrainerSupport

/// Tells ranks that do nothing from ranks that are no more: every one says now and then that it is there, all to the first one and
/// the first one to all.
///
/// MPI itself notices only that a process has ended, and leaves what follows to its launcher; of one that stands still it
/// says nothing at all.
final class Heartbeats {
    /// A rank that this one hears from.
    private final class Peer {
        let rank: Int
        var lastHeard: Double
        var receiving: Int32?
        var sending: Int32?
        /// It has said that it is done.
        var isGone = false
        let incoming: UnsafeMutablePointer<UInt8>
        let outgoing: UnsafeMutablePointer<UInt8>

        init(_ rank: Int) {
            self.rank = rank
            lastHeard = monotonicSeconds()
            incoming = .allocate(capacity: 1)
            outgoing = .allocate(capacity: 1)
            incoming.initialize(to: 0)
            outgoing.initialize(to: 0)
        }

        deinit {
            incoming.deallocate()
            outgoing.deallocate()
        }
    }

    /// Seconds between two of them.
    static let interval = 0.25
    /// Once the processes have been asked to end, silence is soon taken for the end: launchers kill what is left within a second.
    static let patienceWhenEnding = 0.6
    static let tag = 1

    private let calls: RankCalls
    private let patience: Double
    private let peers: [Peer]
    private var lastSent = 0.0
    private var lastLook = monotonicSeconds()
    private var isEnding = false

    /// - Parameter patience: seconds of silence after which a rank is lost.
    init(rank: Int, count: Int, patience: Double, calls: RankCalls) {
        self.calls = calls
        self.patience = patience
        peers = (rank == 0 ? Array(1..<max(1, count)) : [0]).map(Peer.init)
    }

    /// Sends what is due, and takes what has come.
    /// - Returns: a rank that has been silent for too long, and for how long.
    func beat() throws -> (rank: Int, seconds: Double)? {
        let now = monotonicSeconds()
        // Whoever was stopped himself, as schedulers do with whole jobs, has heard nobody.
        if now - lastLook > 2 { for peer in peers { peer.lastHeard = now } }
        lastLook = now
        if now - lastSent >= Self.interval {
            lastSent = now
            for peer in peers { try send(0, to: peer) }
        }
        for peer in peers { try listen(to: peer, now) }
        guard !isEnding else { return nil }
        let limit = Interruption.isPending ? min(Self.patienceWhenEnding, patience) : patience
        return peers.first { !$0.isGone && now - $0.lastHeard > limit }.map { ($0.rank, now - $0.lastHeard) }
    }

    private func send(_ word: UInt8, to peer: Peer) throws {
        if let sending = peer.sending {
            guard try calls.isDone(sending) else { return }
            peer.sending = nil
        }
        guard !isEnding || word != 0 else { return }
        peer.outgoing.pointee = word
        peer.sending = try calls.send(
            UnsafeRawBufferPointer(start: peer.outgoing, count: 1), to: peer.rank, tag: Self.tag)
    }

    private func listen(to peer: Peer, _ now: Double) throws {
        if let receiving = peer.receiving {
            guard try calls.isDone(receiving) else { return }
            peer.receiving = nil
            peer.lastHeard = now
            peer.isGone = peer.incoming.pointee != 0
        }
        guard !peer.isGone else { return }
        peer.receiving = try calls.receive(
            UnsafeMutableRawBufferPointer(start: peer.incoming, count: 1), from: peer.rank, tag: Self.tag)
    }

    /// Says that this rank is done, and waits until all have said so: no message may be on its way when MPI ends.
    /// - Parameter pause: what is done between two looks.
    func end(pause: () -> Void) throws {
        isEnding = true
        for peer in peers {
            while let sending = peer.sending {
                if try calls.isDone(sending) { peer.sending = nil } else { pause() }
            }
            try send(1, to: peer)
        }
        while true {
            for peer in peers {
                if !peer.isGone { try listen(to: peer, monotonicSeconds()) }
                if let sending = peer.sending, try calls.isDone(sending) { peer.sending = nil }
            }
            if peers.allSatisfy({ $0.isGone && $0.sending == nil }) { return }
            pause()
        }
    }
}
