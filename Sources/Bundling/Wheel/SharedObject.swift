/// What a shared object in ELF needs of the system that loads it.
struct SharedObject: Hashable {
    /// Names of libraries: `libc.so.6`.
    private(set) var libraries: [String] = []
    /// Versions of their functions: `GLIBC_2.17`.
    private(set) var versions: [String] = []

    /// Nil where it is none of 64 bits, little-endian.
    init?(_ bytes: [UInt8]) {
        let reader = Reader(bytes: bytes)
        guard bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]), let table = reader.number(40, 8),
            let size = reader.number(58, 2), let count = reader.number(60, 2)
        else { return nil }
        let sections = (0..<count).map { table + $0 * size }
        for section in sections {
            guard let kind = reader.number(section + 4, 4), let start = reader.number(section + 24, 8),
                let length = reader.number(section + 32, 8), let link = reader.number(section + 40, 4), link < count
            else { return nil }
            guard kind == Self.dynamic || kind == Self.needs else { continue }
            guard let names = reader.number(sections[link] + 24, 8), start + length <= bytes.count else { return nil }
            if kind == Self.dynamic {
                readLibraries(reader, start..<start + length, names)
            } else {
                readVersions(reader, start, names)
            }
        }
    }

    /// Kinds of sections.
    private static let dynamic = 6
    private static let needs = 0x6fff_fffe

    private mutating func readLibraries(_ reader: Reader, _ place: Range<Int>, _ names: Int) {
        for entry in stride(from: place.lowerBound, to: place.upperBound, by: 16)
        where reader.number(entry, 8) == 1 {
            if let name = reader.number(entry + 8, 8) { libraries.append(reader.text(names + name)) }
        }
    }

    /// A chain of libraries, each with a chain of versions.
    private mutating func readVersions(_ reader: Reader, _ start: Int, _ names: Int) {
        var library = start
        while let count = reader.number(library + 2, 2), let first = reader.number(library + 8, 4),
            let next = reader.number(library + 12, 4)
        {
            var version = library + first
            for _ in 0..<count {
                guard let name = reader.number(version + 8, 4), let step = reader.number(version + 12, 4)
                else { return }
                versions.append(reader.text(names + name))
                version += step
            }
            if next == 0 { return }
            library += next
        }
    }

    private struct Reader {
        let bytes: [UInt8]

        /// Nil behind the end, and for numbers that no file has.
        func number(_ place: Int, _ count: Int) -> Int? {
            guard place >= 0, place <= bytes.count - count else { return nil }
            let number = (0..<count).reduce(UInt64(0)) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
            return number < 1 << 48 ? Int(number) : nil
        }

        func text(_ place: Int) -> String {
            guard place >= 0, place < bytes.count else { return "" }
            return String(decoding: bytes[place...].prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

extension SharedObject {
    /// The systems that a wheel with this library is for, as its name says it (PEP 600): those with a GNU C library that has
    /// all that is needed. Where it needs something else that is this machine's alone.
    ///
    /// - Parameter architecture: `x86_64`.
    func platforms(_ architecture: String) -> [String] {
        let usual = ["libc.so.6", "libm.so.6", "libpthread.so.0", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"]
        let minors = versions.map { version -> Int? in
            let numbers = version.hasPrefix("GLIBC_2.") ? version.dropFirst(8).split(separator: ".") : []
            return numbers.first.flatMap { Int($0) }
        }
        guard !versions.isEmpty, libraries.allSatisfy(usual.contains), minors.allSatisfy({ $0 != nil }) else {
            return ["linux_\(architecture)"]
        }
        // What installers of today look for at least; the second name is how older ones know it.
        let minor = max(17, minors.compactMap(\.self).max() ?? 0)
        return ["manylinux_2_\(minor)_\(architecture)"] + (minor == 17 ? ["manylinux2014_\(architecture)"] : [])
    }
}
