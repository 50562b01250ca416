import Base
import Tasks
import Testing
import TrainerSupport
import TrainerTestSupport

@testable import DataDoctor
@testable import DataSets

/// Pictures that must not be parted, such as those of a patient.
@Suite struct GroupTests {
    private func parts(
        _ names: [String], _ rule: String?, split: Double = 0.8, sorted: Bool = false, fold: Fold? = nil,
        seed: UInt64 = 0, listed: [String?]? = nil
    ) throws -> Partition.Parts {
        let settings = DataSettings(
            split: split, isSorted: sorted, groups: try rule.map { try GroupRule(parsing: $0) }, fold: fold)
        let samples = names.enumerated().map { (name: $1, group: listed?[$0] ?? nil) }
        return try Partition(settings, seed: seed).parts(of: samples)
    }

    /// `count` groups of other sizes.
    private func names(_ count: Int, seed: UInt64) -> [String] {
        var random = SplitMix64(seed: seed)
        return (0..<count).flatMap { group in (0...random.index(below: 9)).map { "p\(group)_\($0)" } }.sorted()
    }

    @Test(arguments: [0, 1, 2, 3, 4] as [UInt64], [0.1, 0.5, 0.8, 0.97])
    func groupsStayWholeAndTheShareIsMet(seed: UInt64, split: Double) throws {
        for count in [2, 3, 11, 40] {
            let names = names(count, seed: seed)
            for sorted in [true, false] {
                let parts = try parts(names, "{}_*", split: split, sorted: sorted, seed: seed)
                func groups(_ indices: [Int]) -> Set<Substring> { Set(indices.map { names[$0].prefix { $0 != "_" } }) }
                #expect(groups(parts.training).isDisjoint(with: groups(parts.testing)))
                #expect((parts.training + parts.testing).sorted() == Array(names.indices))
                #expect(!parts.training.isEmpty && !parts.testing.isEmpty)
                // No other choice of whole groups comes closer.
                let sizes = Dictionary(grouping: names) { $0.prefix { $0 != "_" } }.values.map(\.count)
                let sums = sizes.reduce(into: Set([0])) { sums, size in sums.formUnion(sums.map { $0 + size }) }
                let wanted = names.count - Int(split * Double(names.count))
                let best = sums.subtracting([0, names.count]).map { abs($0 - wanted) }.min()
                #expect(abs(parts.testing.count - wanted) == best)
                #expect(try parts == self.parts(names, "{}_*", split: split, sorted: sorted, seed: seed))
            }
        }
    }

    @Test func drawsDependOnTheSeed() throws {
        let names = names(20, seed: 1)
        #expect(try parts(names, "{}_*", seed: 1).testing != parts(names, "{}_*", seed: 2).testing)
        let plain = try parts(names, nil, seed: 3)
        #expect(
            plain.groups == nil
                && (plain.training, plain.testing)
                    == DataSet.parts(
                        count: names.count, split: 0.8, isSorted: false, seed: 3)
        )
        let all = try parts(names, "{}_*", split: 1)
        #expect(all.testing.isEmpty && all.groups?.text == "20 groups by \"{}_*\" are kept whole: 20 train, 0 test")
        #expect(try parts(names, "{}_*", split: 0).training.isEmpty)
    }

    @Test(arguments: [2, 3, 5, 7])
    func foldsAreWholeAndHoldEverythingOnce(count: Int) throws {
        let names = names(23, seed: 5)
        var tested: [Int] = []
        var sizes: [Int] = []
        for number in 1...count {
            let parts = try parts(names, "{}_*", fold: Fold(number: number, count: count))
            func groups(_ indices: [Int]) -> Set<Substring> { Set(indices.map { names[$0].prefix { $0 != "_" } }) }
            #expect(groups(parts.training).isDisjoint(with: groups(parts.testing)))
            tested += parts.testing
            sizes.append(parts.testing.count)
        }
        #expect(tested.sorted() == Array(names.indices))
        // Largest groups first, so that folds differ by a small group at most.
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 9)
        let few = message { _ = try parts(["a_1", "a_2", "b_1"], "{}_*", fold: Fold(number: 1, count: 3)) }
        #expect(few.contains("all pictures are of 2 groups, too few for --folds 3"), "\(few)")
    }

    @Test(
        arguments: [
            ("{}_*", "p1_2_3", "p1"), ("*_{}_*", "p1_2_3", "2"), ("{}", "p1", "p1"), ("{}-*", "p1_2", nil),
            ("{}_*", "_2", nil), ("patient{}*_*", "patient7_a", "7"), ("^(p[0-9]+)", "p12_3", "p12"),
            ("[0-9]+", "p12_3", "12"), ("^(.*)_", "a_b_c", "a_b"), ("x(.*)", "p1", nil), ("{}_*", "ä_1", "ä"),
        ] as [(String, String, String?)])
    func patternsFindGroups(pattern: String, name: String, group: String?) throws {
        let rule = try GroupRule(parsing: pattern)
        #expect(rule.description == pattern)
        // Another name of which every rule says something, so that it is a rule at all.
        let found = try rule.groups(of: [name, "patient7_1_1", "p7-1", "xy"])
        #expect(found.first == .some(group))
    }

    @Test func tablesSayGroups() throws {
        let folder = try TestFolder()
        try folder.write("g.csv", Array("name,group\r\na.png,1\r\nb,2\r\n\"c\",1\r\n".utf8))
        let rule = try GroupRule(parsing: folder.file("g.csv"))
        #expect(try rule.groups(of: ["a", "b", "c", "d", "x/a"]) == ["1", "2", "1", nil, "1"])
        let parts = try parts(["a", "b", "c", "d"], folder.file("g.csv"), split: 0.5)
        #expect(
            parts.groups?.text.hasSuffix("kept whole: 2 train, 1 test, 1 picture of no group among them") == true
                || parts.groups?.text.hasSuffix("kept whole: 1 train, 2 test, 1 picture of no group among them") == true
        )
        try folder.write("g.csv", Array("a,1\na.png,2\n".utf8))
        #expect(message { _ = try rule.groups(of: ["a"]) }.contains("g.csv:2: a.png is of group 1 already"))
        try folder.write("g.csv", Array("a,1\nb\n".utf8))
        #expect(message { _ = try rule.groups(of: ["a"]) }.contains("g.csv:2: expected a picture's name and its group"))
    }

    @Test func rulesThatFitNothingSaySo() throws {
        #expect(
            message { _ = try parts(["a", "b"], "{}_*") }.contains("fits no picture's name; the first one is \"a\""))
        #expect(message { _ = try parts(["a_1", "a_2"], "{}_*") }.contains("all pictures are of 1 group, too few"))
        for text in ["{}_{}", "("] {
            #expect(message { _ = try GroupRule(parsing: text) }.contains("--groups \"\(text)\":"))
        }
    }

    @Test func listsSayGroups() throws {
        let parts = try parts(["a", "b", "c", "d"], nil, split: 0.5, listed: ["x", "x", "y", "y"])
        #expect(Set(parts.training) == [0, 1] || Set(parts.training) == [2, 3])
        #expect(parts.groups?.text == "2 groups of the list are kept whole: 1 train, 1 test")
    }

    private func data(_ names: [String]) throws -> DoctorFolder {
        let data = try DoctorFolder()
        for (index, name) in names.enumerated() { try data.add(name, shade: UInt8(index)) }
        return data
    }

    @Test func doctorSeesNamesThatLookGrouped() throws {
        let scans = try data((1...4).flatMap { patient in (1...4).map { "p\(patient)_\($0)" } })
        let found = try scans.diagnosis(split: 0.6)
        #expect(found.finding(.groupsAcross)?.severity == .warning)
        #expect(found.words(.groupsAcross).contains("--groups \"{}_*\""), "\(found.text)")
        let told = try scans.diagnosis(split: 0.6, groups: "{}_*")
        #expect(told.finding(.groupsAcross) == nil)
        #expect(told.text.contains("; 4 groups by \"{}_*\" are kept whole: "), "\(told.text)")
        #expect(try scans.diagnosis(split: 0.6, groups: "{}-*").words(.groups).contains("fits no picture's name"))
        let slides = try data((1...4).flatMap { patient in (1...4).map { "a_\(patient)_\($0)" } })
        #expect(try slides.diagnosis(split: 0.6).words(.groupsAcross).contains("--groups \"^(.*)_\""))
        for names in [(1...12).map { "IMG_\($0)" }, (1...12).map { $0 % 2 == 0 ? "cat_\($0)" : "dog_\($0)" }] {
            #expect(try data(names).diagnosis(split: 0.6).finding(.groupsAcross) == nil)
        }
    }

    @Test func partsOfPartedDataShareNoGroup() throws {
        let folder = try TestFolder()
        for (part, names) in [("train", ["a_1", "b_1"]), ("val", ["c_1", "b_2"])] {
            for kind in ["images", "masks"] { try folder.folder("\(part)/\(kind)") }
            for name in names {
                try folder.writePicture("\(part)/images/\(name).png")
                try folder.writeMask("\(part)/masks/\(name).png", left: 0, right: 1)
            }
        }
        var settings = DataSettings(folder: folder.path)
        settings.groups = try GroupRule(parsing: "{}_*")
        let found = try DataExamination(settings: settings, seed: 0, net: nil, threads: 1).diagnosis()
        #expect(found.words(.groups).contains("group b is on both sides of the split: "), "\(found.text)")
        #expect(found.words(.groups).contains("b_1.png trains and "), "\(found.text)")
    }
}
