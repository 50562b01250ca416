import ArgumentParser
import Base

/// Several hosts that a forecast is asked for.
struct NetworkOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Forecast the time of a step that so many hosts like this one share out, such as 2,4,8; processes of one "
                + "host each take a share of its threads, which --threads says.", valueName: "counts"),
        transform: { try NetworkOptions.counts($0) })
    var ranks: [Int] = []

    @Option(
        help: ArgumentHelp(
            "With --ranks, what the network between them carries each way: bits a second, such as 1G, 10G or 100M.",
            valueName: "rate"),
        transform: { try NetworkOptions.rate($0) })
    var network = 10e9

    @Option(
        help: ArgumentHelp(
            "With --ranks, how long a message takes at least, in microseconds (default: 50).", valueName: "µs"))
    var latency = 50.0

    @Option(help: ArgumentHelp("With --ranks, draw the forecast as a PNG.", valueName: "file"))
    var curve: String?

    mutating func validate() throws {
        if !(latency >= 0 && latency.isFinite) {
            throw ValidationError("--latency takes a number of microseconds from 0, found \(latency).")
        }
        if curve != nil && ranks.isEmpty { throw ValidationError("--curve draws what --ranks forecasts; give both.") }
    }

    private static func counts(_ text: String) throws -> [Int] {
        let counts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard counts.allSatisfy({ (1...4096).contains($0) }) else {
            throw ValidationError("--ranks takes numbers from 1 to 4096, such as 2,4,8, found \"\(text)\".")
        }
        return counts.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }.sorted()
    }

    private static func rate(_ text: String) throws -> Double {
        let factors: [Character: Double] = ["K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12]
        let factor = text.last.flatMap { factors[$0] }
        guard let number = Double(factor == nil ? text : String(text.dropLast())), number > 0, number.isFinite else {
            throw ValidationError("--network takes bits a second, such as 1G or 100M, found \"\(text)\".")
        }
        return number * (factor ?? 1)
    }
}
