import GraphIR

/// Places for the nodes of a graph, so that a segmentation net looks like the U it is named after: finer maps above coarser
/// ones, the way down at the left, the way up at the right, what goes backward beside it.
///
/// A box has its row to itself within its column; what belongs to it stands behind it in the same row, in lanes. So nothing
/// overlaps, however large the net is.
struct ULayout {
    /// The maps of one resolution.
    struct Band: Hashable {
        /// Height and width of the maps: `128 × 128`; empty where there are none.
        var label: String
        var y: Double
        var height: Double
    }

    /// By node index; nil for what is not drawn.
    private(set) var frames: [Rectangle?]
    private(set) var bands: [Band] = []
    private(set) var width = 0.0
    private(set) var height = 0.0
    let parts: UParts

    private static let mainWidth = 156.0
    private static let noteWidth = 88.0
    private static let laneGap = 12.0
    private static let columnGap = 56.0
    private static let rowHeight = 36.0
    private static let boxHeight = 30.0
    private static let bandGap = 18.0
    private static let margin = 14.0
    /// Room for the bands' labels.
    private static let labelWidth = 84.0

    init(_ graph: Graph) {
        parts = UParts(graph)
        frames = Array(repeating: nil, count: graph.nodes.count)
        let rows = URows(graph, parts)
        var lefts: [UColumn: Double] = [:]
        var x = Self.margin + Self.labelWidth
        for column in UColumn.allCases {
            guard let lanes = rows.lanes[column] else { continue }
            lefts[column] = x
            x += Self.left(ofLane: lanes + 1) - Self.laneGap + Self.columnGap
        }
        width = max(x - Self.columnGap, Self.labelWidth) + Self.margin
        var y = Self.margin
        for band in rows.bands {
            let bandHeight = Double(band.units) * Self.rowHeight + Self.bandGap
            bands.append(Band(label: band.label, y: y, height: bandHeight))
            for row in band.rows {
                place(row, left: lefts[row.column] ?? 0, top: y + Self.bandGap / 2 + Double(row.unit) * Self.rowHeight)
            }
            y += bandHeight
        }
        height = y + Self.margin
    }

    /// Where a lane begins behind the column's left edge; lane 0 holds the main boxes.
    private static func left(ofLane lane: Int) -> Double {
        lane == 0 ? 0 : mainWidth + laneGap + Double(lane - 1) * (noteWidth + laneGap)
    }

    private mutating func place(_ row: URows.Row, left: Double, top: Double) {
        let inset = (Self.rowHeight - Self.boxHeight) / 2
        frames[row.main.index] = Rectangle(x: left, y: top + inset, width: Self.mainWidth, height: Self.boxHeight)
        for (lane, members) in row.lanes.enumerated() {
            // Two small boxes are as high as a large one.
            let half = (Self.boxHeight - 2) / 2
            for (index, member) in members.enumerated() {
                let y = top + Double(index / 2) * Self.rowHeight + inset + Double(index % 2) * (half + 2)
                let isAlone = members.count == 1
                frames[member.index] = Rectangle(
                    x: left + Self.left(ofLane: lane + 1), y: isAlone ? top + inset + 4 : y,
                    width: Self.noteWidth, height: isAlone ? Self.boxHeight - 8 : half)
            }
        }
    }
}

/// The rows of a layout: which box stands where in its column, counted in rows.
private struct URows {
    /// A main box, and what stands behind it.
    struct Row {
        var main: NodeID
        var column: UColumn
        /// By lane, from above to below.
        var lanes: [[NodeID]]
        /// From the band's upper edge.
        var unit = 0
        /// Two small boxes take a row.
        var units: Int { max(1, (lanes.map(\.count).max() ?? 0).quotientRoundedUp(by: 2)) }
    }

    struct Band {
        var label: String
        var rows: [Row]
        var units: Int
    }

    /// The finest maps first.
    private(set) var bands: [Band] = []
    /// How many lanes a column has behind its main boxes; nil for columns without any box.
    private(set) var lanes: [UColumn: Int] = [:]

    init(_ graph: Graph, _ parts: UParts) {
        var rows = Self.rows(graph, parts)
        dropEmptyLanes(&rows)
        for row in rows { lanes[row.column] = max(lanes[row.column] ?? 0, row.lanes.count) }
        let deepest = rows.map { parts.levels[$0.main.index] }.max() ?? 0
        for level in 0...deepest {
            let members = rows.filter { parts.levels[$0.main.index] == level }
            guard !members.isEmpty else { continue }
            bands.append(Self.band(members, isDeepest: level == deepest, graph))
        }
    }

    private static func rows(_ graph: Graph, _ parts: UParts) -> [Row] {
        var places: [NodeID: Int] = [:]
        var rows: [Row] = []
        for id in graph.ids where parts.parts[id.index] == .main {
            places[id] = rows.count
            rows.append(Row(main: id, column: parts.columns[id.index], lanes: [[], [], []]))
        }
        for id in graph.ids {
            guard let host = parts.host(of: id), host != id, let row = places[host] else { continue }
            let lane: Int
            if case .tail = parts.parts[id.index] { lane = 0 } else { lane = graph[id].op.isEffect ? 2 : 1 }
            rows[row].lanes[lane].append(id)
        }
        for row in rows.indices {
            // Updates beside the gradients that they read.
            let gradients = rows[row].lanes[1]
            let order = { (id: NodeID) in
                graph[id].operands.compactMap { gradients.firstIndex(of: $0) }.first ?? gradients.count
            }
            rows[row].lanes[2].sort { (order($0), $0) < (order($1), $1) }
        }
        return rows
    }

    /// A lane that no row of a column uses takes no room.
    private func dropEmptyLanes(_ rows: inout [Row]) {
        for column in UColumn.allCases {
            let members = rows.indices.filter { rows[$0].column == column }
            for lane in [2, 1, 0] where members.allSatisfy({ rows[$0].lanes[lane].isEmpty }) {
                for row in members { rows[row].lanes.remove(at: lane) }
            }
        }
    }

    /// Columns stand on the band's lower edge, where the way down leaves it and the way up enters; those of the coarsest maps
    /// hang from the upper one.
    private static func band(_ members: [Row], isDeepest: Bool, _ graph: Graph) -> Band {
        let columns = UColumn.allCases.map { column -> [Row] in
            let rows = members.filter { $0.column == column }
            return column.goesUp ? rows.reversed() : rows
        }
        let units = columns.map { $0.reduce(0) { $0 + $1.units } }
        let height = units.max() ?? 0
        var placed: [Row] = []
        for (rows, count) in zip(columns, units) {
            var unit = isDeepest ? 0 : height - count
            for var row in rows {
                row.unit = unit
                unit += row.units
                placed.append(row)
            }
        }
        let map = members.lazy.compactMap { graph[$0.main].type.featureMap }.first
        return Band(label: map.map { "\($0.height) × \($0.width)" } ?? "", rows: placed, units: height)
    }
}

extension Int {
    fileprivate func quotientRoundedUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }
}
