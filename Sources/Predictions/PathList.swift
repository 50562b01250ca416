import Base
import FileAccess
import Platform

/// A path of a list, and its line.
struct ListedPath: Hashable, Sendable {
    var path: String
    /// Counted from 1; of paths that end with zero bytes the number of the path.
    var line: Int
    /// True for what is no path by its length, of which this is the beginning; nothing comes after it.
    var isCut = false
}

/// Paths that come on a file descriptor, one after the other, each on a line or ending with a zero byte.
///
/// Lines may end as Windows writes them, and a text may begin with a byte-order mark and be UTF-16. Paths that end with
/// zero bytes are taken as they are.
package struct PathList {
    private let descriptor: Int32
    private let isNullSeparated: Bool
    private var bytes: [UInt8] = []
    private var start = 0
    private var line = 0
    private var isAtEnd = false
    /// nil before the first bytes have come.
    private var encoding: Encoding?
    /// What of UTF-16 is not decoded yet.
    private var undecoded: [UInt8] = []

    private enum Encoding {
        case asIs
        case utf16(isLittleEndian: Bool)
    }

    /// What no path has: a list with longer ones is another file.
    private static let longestPath = 1 << 16

    /// - Parameter isNullSeparated: paths end with a zero byte, as those of `find -print0`, instead of a line's end.
    package init(descriptor: Int32, isNullSeparated: Bool) {
        self.descriptor = descriptor
        self.isNullSeparated = isNullSeparated
    }

    /// Whether all of it is there and can be read at once, since it comes from a file.
    package var isWhole: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// The next path, waited for; nil at the end, and when `isStopped`, which is asked several times a second. Empty ones
    /// are left out.
    mutating func next(isStopped: () -> Bool) -> ListedPath? {
        let separator: UInt8 = isNullSeparated ? 0 : 10
        var scanned = start
        while true {
            if let end = bytes[scanned...].firstIndex(of: separator) {
                let path = listed(bytes[start..<end])
                start = end + 1
                scanned = start
                if let path { return path }
                continue
            }
            let rest = bytes[start...]
            if isAtEnd || rest.count >= Self.longestPath {
                start = bytes.count
                guard !isAtEnd else { return listed(rest) }
                isAtEnd = true
                return ListedPath(path: FileName.text(of: rest.prefix(100)), line: line + 1, isCut: true)
            }
            bytes.removeFirst(start)
            start = 0
            scanned = bytes.count
            if !readMore(isStopped) { return nil }
        }
    }

    private mutating func listed(_ name: ArraySlice<UInt8>) -> ListedPath? {
        line += 1
        var name = name
        if !isNullSeparated && name.last == UInt8(ascii: "\r") { name.removeLast() }
        return name.isEmpty ? nil : ListedPath(path: FileName.text(of: name), line: line)
    }

    /// False when stopped.
    private mutating func readMore(_ isStopped: () -> Bool) -> Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let count = poll(&waiting, 1, 200)
            if count > 0 || (count < 0 && errno != EINTR) { break }
            if isStopped() { return false }
        }
        var block = [UInt8](repeating: 0, count: 1 << 12)
        var got = read(descriptor, &block, block.count)
        while got < 0 && errno == EINTR { got = read(descriptor, &block, block.count) }
        if got > 0 { take(block[..<got]) } else { end() }
        return true
    }

    private mutating func end() {
        isAtEnd = true
        // Fewer bytes than tell an encoding, or its mark and nothing else.
        if encoding == nil && undecoded != [0xFF, 0xFE] && undecoded != [0xFE, 0xFF] { bytes += undecoded }
    }

    private mutating func take(_ block: ArraySlice<UInt8>) {
        switch encoding {
        case .asIs: bytes += block
        case .utf16(let isLittleEndian): decode(block, isLittleEndian)
        case nil:
            undecoded += block
            guard isNullSeparated || undecoded.count >= 3 else { return }
            let all = undecoded
            undecoded = []
            if isNullSeparated {
                encoding = .asIs
                bytes = all
            } else if all.starts(with: [0xFF, 0xFE]) || all.starts(with: [0xFE, 0xFF]) {
                encoding = .utf16(isLittleEndian: all[0] == 0xFF)
                take(all[2...])
            } else {
                encoding = .asIs
                bytes = Array(all.starts(with: [0xEF, 0xBB, 0xBF]) ? all[3...] : all[...])
            }
        }
    }

    private mutating func decode(_ block: ArraySlice<UInt8>, _ isLittleEndian: Bool) {
        undecoded += block
        var units = stride(from: 0, to: undecoded.count - 1, by: 2).map { place in
            let (first, second) = (UInt16(undecoded[place]), UInt16(undecoded[place + 1]))
            return isLittleEndian ? second << 8 | first : first << 8 | second
        }
        // The first half of a pair waits for the second.
        if let last = units.last, UTF16.isLeadSurrogate(last) { units.removeLast() }
        undecoded.removeFirst(2 * units.count)
        bytes += Array(String(decoding: units, as: UTF16.self).utf8)
    }
}
