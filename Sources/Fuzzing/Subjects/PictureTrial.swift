import Base
import FileAccess
import Imaging
import Runtime
import Synchronization

import Platform

/// Tries one file after the other: as a picture and as a mask among sound ones, in all readers and commands.
final class PictureTrial: Sendable {
    /// What a file may take beside what the process has anyway, in bytes: more pixels than fit into it are refused.
    static let memoryAllowance = 256 << 20

    private let fault: PlantedPictureFault?
    /// Made by the first trial.
    private let folder = Mutex<PictureFolder?>(nil)

    init(fault: PlantedPictureFault?) { self.fault = fault }

    /// All readers, and no command.
    func checkReadings(_ bytes: [UInt8]) -> FuzzOutcome {
        inFolder { folder in
            let files = try folder.place(bytes)
            defer { folder.clear() }
            let readings = PictureReadings(files)
            if let complaint = readings.complaint { return .wrong(complaint) }
            return readings.isReadable ? .accepted : .refused
        }
    }

    func check(_ bytes: [UInt8]) -> FuzzOutcome { inFolder { try check(bytes, $0) } }

    private func inFolder(_ body: (PictureFolder) throws -> FuzzOutcome) -> FuzzOutcome {
        folder.withLock { made in
            do {
                let folder = try made ?? PictureFolder()
                made = folder
                return try body(folder)
            } catch {
                return .wrong("the trial itself failed: \(error)")
            }
        }
    }

    private func check(_ bytes: [UInt8], _ folder: PictureFolder) throws -> FuzzOutcome {
        let files = try folder.place(bytes)
        defer { folder.clear() }
        MemoryUse.giveBackFreeMemory()
        let before = MemoryUse.residentBytes() ?? 0
        resetPeak()
        let open = openFiles()
        let readings = PictureReadings(files)
        if let complaint = readings.complaint { return .wrong(complaint) }
        let commands = PictureCommands(folder: folder, files: files, readings: readings, fault: fault)
        // One of the settings that files meet, always the same for the same file.
        let variant = Int(CRC32.zip.check(bytes) % 64)
        if let complaint = try commands.complaint(variant: variant) { return .wrong(complaint) }
        plant()
        let taken = MemoryUse.peakResidentBytes() - before
        // The sanitizers' own memory cannot be told from that of a command.
        if hasMemoryLimit, taken > Self.memoryAllowance { return .wrong("took \(taken >> 20) MiB") }
        let left = openFiles()
        if left > open { return .wrong("\(left - open) files stay open") }
        return readings.isReadable ? .accepted : .refused
    }

    private func plant() {
        switch fault {
        case .memory?: fill(2 * Self.memoryAllowance)
        case .descriptor?: dup(STDOUT_FILENO)
        case .race?: race()
        case .overrun?:
            let block = UnsafeMutablePointer<UInt8>.allocate(capacity: 16)
            block.initialize(repeating: 1, count: 16)
            // What depends on the byte, so that it has to be read.
            precondition(Int32(block[16 + Int(getpid() & 0)]) != -getpid())
            block.deallocate()
        default: break
        }
    }

    private func race() {
        let place = UnsafeMutablePointer<Int>.allocate(capacity: 1)
        place.initialize(to: 0)
        let threads = (0..<2).map { _ in
            var thread = pthread_t()
            let code = pthread_create(
                &thread, nil,
                { place in
                    for _ in 0..<1_000 { place?.assumingMemoryBound(to: Int.self).pointee += 1 }
                    return nil
                }, place)
            return code == 0 ? thread : nil
        }
        for case let thread? in threads { pthread_join(thread, nil) }
        place.deallocate()
    }

    /// Bytes that are really there.
    private func fill(_ count: Int) {
        let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: getpid()) | 1, count: count)
        precondition(bytes.last != 0)
    }

    /// The peak of the memory in use counts from here on.
    private func resetPeak() {
        let descriptor = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        write(descriptor, "5", 1)
        close(descriptor)
    }

    private var hasMemoryLimit: Bool {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        return limit.rlim_cur != rlim_t.max
    }

    private func openFiles() -> Int { (try? Files.names(in: "/proc/self/fd"))?.count ?? 0 }
}
