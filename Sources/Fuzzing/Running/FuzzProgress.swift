import Platform

/// What a worker tells of its way, in a file that both it and the run map: whatever becomes of the worker, it stays.
final class FuzzProgress {
    /// Numbers in the file, in its order.
    enum Entry: Int, CaseIterable {
        /// The round at work.
        case round
        case accepted
        case refused
        /// The longest time of a round, and which it was.
        case slowestNanoseconds
        case slowestRound
        case peakKibibytes
    }

    private let memory: UnsafeMutablePointer<Int>
    private static let size = Entry.allCases.count * MemoryLayout<Int>.stride

    /// Maps the file, which is made when it is not there.
    /// - Throws: `FuzzError` with the system's reason.
    init(path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FuzzError.system(path) }
        defer { close(descriptor) }
        guard ftruncate(descriptor, off_t(Self.size)) == 0,
            let address = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), address != MAP_FAILED
        else { throw FuzzError.system(path) }
        memory = address.bindMemory(to: Int.self, capacity: Entry.allCases.count)
    }

    deinit { munmap(memory, Self.size) }

    subscript(entry: Entry) -> Int {
        get { memory[entry.rawValue] }
        set { memory[entry.rawValue] = newValue }
    }
}

/// Why a run could not go on; not a finding.
public struct FuzzError: Error, CustomStringConvertible {
    public var description: String

    static func system(_ what: String) -> FuzzError {
        FuzzError(description: "\(what): \(String(cString: strerror(errno)))")
    }
}
