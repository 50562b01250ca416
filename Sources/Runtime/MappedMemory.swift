import Base
import FileAccess

import Platform

/// Zeroed memory straight from the system: aligned to huge pages, and backed by them, when it is large.
///
/// Its owner keeps it alive; the raw base never leaves this module.
final class MappedMemory {
    static let hugePage = 2 << 20

    let base: UnsafeMutableRawPointer
    /// Bytes that may be used.
    let count: Int
    private let mapping: UnsafeMutableRawPointer
    private let mappedBytes: Int

    /// What so many bytes take when all of them are used: large blocks are made of huge pages.
    static func residentBytes(_ bytes: Int) -> Int {
        let page = bytes >= hugePage ? hugePage : 4096
        return (bytes + page - 1) / page * page
    }

    /// - Throws: `RuntimeError` that says what the memory was for when there is not enough.
    init(bytes: Int, for purpose: String) throws {
        let isLarge = bytes >= MappedMemory.hugePage
        let alignment = isLarge ? MappedMemory.hugePage : 4096
        // A mapping starts at any page, so that a large one needs slack to be aligned in.
        let rounded = (max(bytes, 1) + alignment - 1) / alignment * alignment
        let mappedBytes = isLarge ? rounded + alignment : rounded
        guard
            let mapping = mmap(nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            mapping != MAP_FAILED
        else {
            throw RuntimeError(
                "not enough memory for \(purpose): \(mebibytes(bytes)) MiB were refused (\(systemMessage(errno))); "
                    + "try a smaller batch")
        }
        self.mapping = mapping
        self.mappedBytes = mappedBytes
        self.count = bytes
        base = isLarge ? mapping.alignedUp(toMultipleOf: alignment) : mapping
        // Advice only: without huge pages all the same, a little slower.
        if isLarge { madvise(base, rounded, MADV_HUGEPAGE) }
    }

    /// Gives the memory back to the system, which gives it zeroed when it is used again.
    func giveBack() { madvise(base, count, MADV_DONTNEED) }

    deinit { munmap(mapping, mappedBytes) }

    /// Writes a pattern all over a part of it, or everything; both begin and end at whole words.
    func fill(_ range: Range<Int>? = nil, with pattern: UInt32) {
        let range = range ?? 0..<count
        let words = (base + range.lowerBound).assumingMemoryBound(to: UInt32.self)
        words.update(repeating: pattern, count: range.count / MemoryLayout<UInt32>.stride)
    }

    /// The floats that start `offset` bytes into the memory.
    func floats(at offset: Int) -> UnsafeMutablePointer<Float> {
        (base + offset).assumingMemoryBound(to: Float.self)
    }
}

private func mebibytes(_ bytes: Int) -> Int { (bytes + (1 << 20) - 1) >> 20 }
