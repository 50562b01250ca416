import Base
import Driver
import Emission
import GraphIR
import KernelIR
import MemoryPlanning
import Passes
import Strategy
import TestSupport
import Testing

@testable import Inspection

/// All that is written of one plan says the same: numbers of steps, names, places and sizes.
@Suite struct PlanAgreementTests {
    /// A net with a plan of it.
    struct Case: CustomTestStringConvertible {
        var net: String
        var kind: PlanKind
        var testDescription: String { "\(net), \(kind.rawValue)" }

        init(_ net: String, _ kind: PlanKind) {
            self.net = net
            self.kind = kind
        }

        func page() throws -> InspectionPage {
            let bundled = try #require(BundledNet.all.first { $0.name == net })
            let path = try TestFolder.write(try bundled.text(), name: net + ".graph")
            let session = try Session(path: path, overrides: bundled.overrides)
            var options = CompileOptions(target: try .named("x86-64-v3"), batch: 2, jobs: 1)
            options.plans = [kind]
            return try Compilation(session, options).inspection(of: kind)
        }
    }

    /// A row of `plan.txt`, by the heading's columns.
    private func rows(_ table: String) throws -> [[String: String]] {
        let lines = table.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
        let heading = try #require(lines.firstIndex { $0.starts(with: "step  ") })
        let titles = [
            "step", "group", "value", "operation", "algorithm", "layout", "place", "MiB", "bytes", "workspace",
        ]
        let starts = try titles.map { title in
            try #require(String(lines[heading]).firstRange(of: title), "\(title)").lowerBound.utf16Offset(
                in: String(lines[heading]))
        }
        return lines[(heading + 1)...].prefix { !$0.isEmpty }.map { line in
            let cells = starts.indices.map { index in
                let end = index + 1 < starts.count ? starts[index + 1] : starts[index] + 1
                return String(line[starts[index]..<min(end, line.count)]).trimming
            }
            return Dictionary(uniqueKeysWithValues: zip(titles, cells))
        }
    }

    @Test(arguments: [
        Case("unet", .train), Case("unet", .infer), Case("unet", .forward), Case("unet-bn", .train),
        Case("attention-unet", .gradients), Case("resunet", .forward), Case("autoencoder", .infer),
    ])
    func allOutputsOfAPlanAgree(_ example: Case) throws {
        let page = try example.page()
        let lowered = page.lowered
        let listing = PlanListing(lowered)
        let json = try JSON(parsing: lowered.json.text.utf8)
        let steps = try #require(json["steps"]?.array)
        let tensors = try #require(json["tensors"]?.array)
        let table = try rows(lowered.table)
        let data = try JSON(parsing: page.data.text.utf8)
        let shown = try #require(data["steps"]?.array)
        let dump = try JSON(parsing: StageDump.planned(listing, lowered: lowered).json.utf8)
        let runs = try #require(dump["plan"]?["runs"]?.array)
        let arena = ArenaPicture(listing)
        let numbers = PlanRows(listing)
        #expect(table.count == steps.count && shown.count == steps.count && runs.count == steps.count)
        #expect(arena.steps.count == steps.count && data["arena"]?["steps"]?.array?.count == steps.count)
        #expect(numbers.names == lowered.steps.map(\.name))
        for (index, step) in steps.enumerated() {
            let name = step["name"]?.string
            #expect(table[index]["step"] == "\(index)" && table[index]["value"] == name)
            #expect(table[index]["group"] == step["group"]?.integer.map(String.init))
            #expect(shown[index]["name"]?.string == name && shown[index]["group"] == step["group"])
            #expect(arena.steps[index].name == name)
            #expect(runs[index]["step"]?.integer == index && runs[index]["algorithm"] == step["algorithm"])
            // What a step writes stands where plan.json has it.
            let buffers = lowered.steps[index].stage?.kernel.buffers ?? []
            let written = buffers.firstIndex { $0.access != .read } ?? 0
            let writes = try #require(step["operands"]?.array?[written].integer)
            let tensor = tensors[writes]
            let region = try #require(tensor["region"]?.string)
            let offset = try #require(tensor["offset"]?.integer)
            #expect(table[index]["place"] == "\(region)+\(offset)", "\(name ?? "?")")
            #expect(table[index]["MiB"] == Text.fixed(Double(offset) / 1_048_576, 2))
            let shape = tensor["shape"]?.array?.compactMap(\.integer).reduce(1, *) ?? 0
            let samples = tensor["batched"] == .bool(true) ? lowered.plan.batchCapacity : 1
            #expect(table[index]["bytes"] == "\(shape * 4 * samples)", "\(name ?? "?")")
        }
        try checkPlaces(page, arena, numbers, tensors: tensors, data: data, dump: dump)
        // The drawing says so in words, too.
        let svg = arena.svg
        for index in [0, steps.count / 2, steps.count - 1] {
            #expect(svg.contains("<title>step \(index): \(lowered.steps[index].name) = "))
        }
    }

    /// Places and lifetimes on the page, in the dump and in the drawing.
    private func checkPlaces(
        _ page: InspectionPage, _ arena: ArenaPicture, _ numbers: PlanRows, tensors: [JSON], data: JSON, dump: JSON
    ) throws {
        let plan = page.lowered.plan
        let graph = plan.program.graph
        var places: [String: (String, Int)] = [:]
        for tensor in tensors where tensor["role"]?.string != "output" {
            guard let name = tensor["name"]?.string, places[name] == nil else { continue }
            places[name] = (tensor["region"]?.string ?? "", tensor["offset"]?.integer ?? -1)
        }
        let nodes = try #require(data["stages"]?.array?.last?["nodes"]?.array)
        for node in nodes {
            guard let place = node["place"]?.array, let name = node["name"]?.string else { continue }
            #expect(place[0].string == places[name]?.0 && place[1].integer == places[name]?.1, "\(name)")
        }
        let buffers = try #require(dump["plan"]?["buffers"]?.array)
        #expect(buffers.count == plan.buffers.count)
        let boxes = buffers.filter { $0["region"]?.string == "arena" && $0["bytes"]?.integer != 0 }
        #expect(boxes.count == arena.boxes.count)
        for (buffer, box) in zip(boxes, arena.boxes) {
            #expect(buffer["offset"]?.integer == box.bytes.lowerBound && buffer["bytes"]?.integer == box.bytes.count)
            #expect(
                buffer["first_step"]?.integer == box.steps.lowerBound
                    && buffer["last_step"]?.integer == box.steps.upperBound, "\(box.name)")
            // Whoever touches it does so while it is there.
            let root = NodeID(try #require(buffer["of"]?.integer))
            let owners = numbers.nodes.indices.filter { numbers.nodes[$0] == root }
            for row in owners where buffer["use"]?.string == "scratch" {
                #expect(box.steps.contains(row), "\(box.name)")
            }
            if buffer["use"]?.string == "values", let last = owners.last {
                #expect(
                    box.steps.contains(last),
                    "\(graph[root].name) is made at \(last), its place is there at \(box.steps)")
            }
        }
        let peak = try #require(arena.peakStep)
        let report = page.lowered.table
        #expect(peak < 0 || report.contains("peak at step \(peak), \(plan.report.peakStep)"))
        #expect(data["arena"]?["peak"]?.integer == peak)
        #expect(arena.lowerBoundBytes == plan.report.lowerBoundBytes && arena.arenaBytes == plan.arenaBytes)
    }
}

extension String {
    fileprivate var trimming: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        while text.first == " " { text.removeFirst() }
        return String(text)
    }
}
