import Base
import Imaging
import Nets
import Ranks

/// How long a step takes that several hosts share, from what a share takes on this one and what a network carries.
struct RankForecast {
    /// What connects the hosts.
    struct Network: Hashable, Sendable {
        /// Bits a second, each way.
        var rate: Double
        /// Seconds that a message takes beside that.
        var latency: Double
    }

    /// One number of processes.
    struct Row: Hashable, Sendable {
        var ranks: Int
        /// Pictures of the process with the most.
        var pictures: Int
        /// Seconds of its share of a step.
        var compute: Double
        /// Seconds in which nobody computes, because all wait for messages.
        var waiting: Double

        var step: Double { compute + waiting }
    }

    let network: Network
    /// One process's step, in seconds.
    let alone: Double
    private(set) var rows: [Row] = []

    /// Seconds from a message's coming to the next one's going: threads that wait for messages look for them now and then, so that
    /// they take no processor from those that compute.
    private static let turn = 120e-6

    init(network: Network, alone: Double) {
        self.network = network
        self.alone = alone
    }

    /// Adds a number of processes.
    /// - Parameters:
    ///   - compute: what a step takes the process with the most pictures, without messages.
    ///   - trace: of such a step.
    mutating func add(
        ranks: Int, leaves: Int, pictures: Int, compute: Double, _ trace: ShareTrace
    ) {
        let hop = network.latency + Self.turn
        let levels = Double(SumTraffic.levels(ranks))
        // All ask each other whether they are there, then get what each has of its samples.
        let joins = trace.joins.reduce(2 * hop) { $0 + 2 * levels * hop + seconds(2 * Double($1)) }
        let end = trace.sums.map(\.floats.upperBound).max() ?? 0
        let traffic = SumTraffic(floats: end, leaves: leaves, ranks: ranks)
        var missing = traffic.buckets.map(\.count)
        var link = 0.0
        for (floats, ready) in trace.sums {
            for (number, bucket) in traffic.buckets.enumerated() where bucket.overlaps(floats) {
                missing[number] -= floats.clamped(to: bucket).count
                guard missing[number] <= bucket.count / 100 else { continue }
                missing[number] = .max
                link = max(link, ready) + seconds(traffic.load * 4 * Double(bucket.count))
            }
        }
        let left = traffic.buckets.indices.reduce(0) { $0 + (missing[$1] == .max ? 0 : traffic.buckets[$1].count) }
        if left > 0 { link = max(link, trace.end) + seconds(traffic.load * 4 * Double(left)) }
        let sums = max(0, link + Double(traffic.hops) * hop - trace.end)
        rows.append(
            Row(ranks: ranks, pictures: pictures, compute: compute, waiting: ranks > 1 ? joins + sums : 0))
    }

    private func seconds(_ bytes: Double) -> Double { 8 * bytes / network.rate }

    func speedUp(_ row: Row) -> Double { alone / row.step }
    func efficiency(_ row: Row) -> Double { speedUp(row) / Double(row.ranks) }

    /// A line for each number of processes.
    var lines: [String] {
        let head = ["processes", "pictures each", "computing", "waiting", "a step", "speed-up", "efficiency"]
        let cells = rows.map { row in
            [
                "\(row.ranks)", "\(row.pictures)", TimeForecast.time(row.compute), TimeForecast.time(row.waiting),
                TimeForecast.time(row.step), Text.fixed(speedUp(row), 2), Text.fixed(efficiency(row), 2),
            ]
        }
        let widths = head.indices.map { column in ([head] + cells).map { $0[column].count }.max() ?? 0 }
        return ([head] + cells).map { line in
            zip(line, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "  ")
        }
    }

    /// Speed-ups by the number of processes.
    func picture(title: String) -> Bitmap {
        let most = Double(rows.last?.ranks ?? 1)
        let series = [
            LineChart.Series(
                name: "forecast",
                points: [(1, 1)] + rows.filter { $0.ranks > 1 }.map { (Double($0.ranks), speedUp($0)) }),
            LineChart.Series(name: "as many times as processes", points: [(1, 1), (most, most)]),
        ]
        return LineChart(title: title, xLabel: "processes", yLabel: "times one process", series: series)
            .render(width: 900, height: 500)
    }
}
