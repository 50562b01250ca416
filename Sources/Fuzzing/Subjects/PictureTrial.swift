import Imaging
import Runtime
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// Tries one file after the other: as a picture and as a mask among sound ones, in all readers and commands.
final class PictureTrial: Sendable {
    /// What a file may take beside what the process has anyway, in bytes: more pixels than fit into it are refused.
    static let memoryAllowance = 256 << 20

    private let fault: PlantedPictureFault?
    /// Made by the first trial.
    private let folder = Mutex<PictureFolder?>(nil)

    init(fault: PlantedPictureFault?) { self.fault = fault }

    func check(_ bytes: [UInt8]) -> FuzzOutcome {
        folder.withLock { made in
            do {
                let folder = try made ?? PictureFolder()
                made = folder
                return try check(bytes, folder)
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
        if let complaint = try commands.complaint(variant: Int(crc32(bytes) % 64)) { return .wrong(complaint) }
        if fault == .memory { fill(2 * Self.memoryAllowance) }
        if fault == .descriptor { dup(STDOUT_FILENO) }
        let taken = MemoryUse.peakResidentBytes() - before
        // The sanitizers' own memory cannot be told from that of a command.
        if hasMemoryLimit, taken > Self.memoryAllowance { return .wrong("took \(taken >> 20) MiB") }
        let left = openFiles()
        if left > open { return .wrong("\(left - open) files stay open") }
        return readings.picture == nil ? .refused : .accepted
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

    private func openFiles() -> Int { (try? fileCount("/proc/self/fd")) ?? 0 }
}

/// What the readers say of the file, each asked on its own.
struct PictureReadings {
    /// The picture as everybody sees it; nil where it is refused.
    private(set) var picture: Bitmap?
    /// True where it can be a mask.
    private(set) var isMask = false
    /// What they contradict each other in.
    private(set) var complaint: String?

    /// - Parameter files: where the same bytes lie twice.
    init(_ files: PictureFolder.Files) {
        let whole = Self.reading(files.picture) { () throws(ImageError) in try decodePicture(path: files.picture) }
        let size = Self.reading(files.picture) { () throws(ImageError) in try pictureSize(path: files.picture) }
        let first = Self.reading(files.mask) { () throws(ImageError) in try decodeMask(path: files.mask) }
        let second = Self.reading(files.mask) { () throws(ImageError) in try decodeMask(path: files.mask) }
        picture = whole.value
        isMask = first.value != nil
        complaint =
            [whole.complaint, size.complaint, first.complaint, second.complaint].compactMap(\.self).first
            ?? Self.complaint(whole.value, rows: files.picture)
        if let picture, size.value?.width != picture.width || size.value?.height != picture.height {
            complaint = complaint ?? "the header's size is \(String(describing: size.value)), the picture's another"
        }
        if first.value != second.value { complaint = complaint ?? "a mask is read as another the second time" }
    }

    /// A value or, in a complaint, what is wrong with the way in which it was refused.
    private static func reading<Value>(
        _ path: String, _ body: () throws(ImageError) -> Value
    ) -> (value: Value?, complaint: String?) {
        do throws(ImageError) {
            return (try body(), nil)
        } catch {
            guard error.file == path else { return (nil, "the file is not named: \(error)") }
            return (nil, error.message.isEmpty ? "refused without a word" : nil)
        }
    }

    /// Compares the rows, one by one, with the whole picture.
    private static func complaint(_ whole: Bitmap?, rows path: String) -> String? {
        do throws(ImageError) {
            let reader = try PictureReader(path: path)
            if let whole, reader.width != whole.width || reader.height != whole.height {
                return
                    "by rows it has \(reader.width) x \(reader.height) pixels, as a whole \(whole.width) x \(whole.height)"
            }
            var row = [UInt8](repeating: 0, count: 3 * reader.width)
            for y in 0..<reader.height {
                try read(reader, &row)
                if let whole, !whole.row(y).elementsEqual(row) { return "row \(y) is another one in the whole picture" }
            }
            // Files that take too much memory as a whole may do by rows.
            let isLarge = reader.width * reader.height > 1 << 24
            return whole == nil && !isLarge ? "is read by rows, and refused as a whole" : nil
        } catch {
            guard error.file == path else { return "the file is not named: \(error)" }
            guard let whole, whole.width <= PictureReader.maximumWidth else { return nil }
            return "is read as a whole, and by rows: \(error.message)"
        }
    }

    private static func read(_ reader: PictureReader, _ row: inout [UInt8]) throws(ImageError) {
        let result = row.withUnsafeMutableBufferPointer { buffer in
            Result<Void, ImageError> { () throws(ImageError) in try reader.readRow(into: buffer) }
        }
        try result.get()
    }
}
