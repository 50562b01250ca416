import Base
import FileAccess
import Kernels
import Programs
import Strategy

/// What has been measured on this machine: for each shape of convolution the fastest algorithm.
///
/// A text file that people can read, one line a shape: the key, the winner, and the milliseconds of all candidates,
/// with tabs between them. Lines that make no sense are passed over, so that a damaged file costs a measurement and
/// nothing else.
struct TuningRecord {
    let path: String
    private let title: String
    private var lines: [String: Line] = [:]

    private struct Line {
        var winner: ConvolutionAlgorithm
        var times: String
    }

    /// Counts changes of what is measured, so that older records are not taken for comparable.
    private static let measurement = 2

    /// The record of this processor, compiler, version of unetc and number of threads.
    init(folder: String, toolchain: Toolchain, target: Target, threads: Int) {
        let machine = [
            "unetc \(compilerVersion), measurement \(Self.measurement), \(threads) threads, target \(target.name)",
            toolchain.key(for: target),
            Target.processorName(),
        ].joined(separator: "\n")
        title = machine.split(separator: "\n").map { "# \($0)\n" }.joined()
        path = "\(folder)/tuning/\(ContentDigest(machine).text).txt"
        lines = Self.read(path)
    }

    /// The winners by `Op.tuningKey`.
    var winners: [String: ConvolutionAlgorithm] { lines.mapValues(\.winner) }

    /// Notes a winner with the milliseconds of all candidates.
    mutating func add(
        _ key: String, winner: ConvolutionAlgorithm,
        milliseconds: [(algorithm: ConvolutionAlgorithm, value: Double)]
    ) {
        let times = milliseconds.map { "\($0.algorithm.name) \(($0.value * 10_000).rounded() / 10_000)" }
        lines[key] = Line(winner: winner, times: times.joined(separator: ", "))
    }

    /// Writes the record, with what others have added to the file since it was read.
    mutating func save() throws {
        lines.merge(Self.read(path)) { own, _ in own }
        try Files.makeFolder(Files.folder(of: path))
        let rows = lines.keys.sorted().map { key in
            "\(key)\t\(lines[key]?.winner.name ?? "")\t\(lines[key]?.times ?? "")\n"
        }
        try FileWriter.write(path, text: title + rows.joined(), .waits)
    }

    private static func read(_ path: String) -> [String: Line] {
        guard Files.exists(path), let bytes = try? Files.read(path) else { return [:] }
        var lines: [String: Line] = [:]
        for row in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where !row.hasPrefix("#") {
            let fields = row.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 3, let winner = ConvolutionAlgorithm(rawValue: fields[1]) else { continue }
            lines[fields[0]] = Line(winner: winner, times: fields[2])
        }
        return lines
    }
}
