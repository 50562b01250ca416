import FileAccess

/// What Linux tells of the processor in `/proc/cpuinfo`; empty where it tells nothing.
struct ProcessorDescription {
    /// The lines of the first processor, by their names.
    private let fields: [String: String]

    /// - Parameter text: as in `/proc/cpuinfo`: a line `name : value` for each field, an empty line behind each processor.
    init(_ text: String) {
        var fields: [String: String] = [:]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingBlanks() }
            if parts.count == 2 {
                fields[parts[0]] = parts[1]
            } else if !fields.isEmpty {
                break
            }
        }
        self.fields = fields
    }

    /// This machine's.
    static func current() -> ProcessorDescription {
        ProcessorDescription((try? Files.read("/proc/cpuinfo")).map { String(decoding: $0, as: UTF8.self) } ?? "")
    }

    /// What the kernel calls the instructions that it has.
    var flags: Set<String> { Set((fields["flags"] ?? "").split(separator: " ").map(String.init)) }

    /// Whether vectors of 512 bits pass through its units in two halves, so that they multiply no faster than those of 256:
    /// Zen 4 (AMD, "Software Optimization Guide for the AMD Zen4 Microarchitecture"), the only one of its family with such
    /// vectors.
    var splitsWideVectors: Bool { fields["vendor_id"] == "AuthenticAMD" && fields["cpu family"] == "25" }
}

extension Substring {
    fileprivate func trimmingBlanks() -> String {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        return String(self.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}
