import Base
import Imaging
import Platform
import Tasks
import TestSupport
import Testing
import TrainerSupport
import TrainerTestSupport

@testable import DataSets

/// Masks that are not named as their pictures, and where they are.
@Suite struct MaskNameTests {
    private func folder(_ pictures: [String], _ masks: [String]) throws -> TestFolder {
        let folder = try TestFolder()
        for path in pictures + masks { try FileSystem.makeFolder(FileSystem.parent(folder.file(path))) }
        for path in pictures { try folder.writePicture(path) }
        for path in masks { try folder.writeMask(path, left: 0, right: 255) }
        return folder
    }

    private func pairing(_ folder: TestFolder, name: String? = nil) throws -> SamplePairing {
        let layout = try DataLayout.recognize(
            folder: folder.path, pictures: nil, masks: nil, maskName: name.map { try MaskName(parsing: $0) })
        return try SamplePairing(layout.folders[0])
    }

    /// How a file of a family of names is called, and what of it people are told.
    @Test(
        arguments: [
            ("{}", "{}_mask", "NAME_mask"), ("{}", "{}-mask", "NAME-mask"), ("{}", "{}_segmentation", nil),
            ("{}", "{}_manual1", nil), ("{}", "{}_gt", nil), ("{}", "{}_label", nil), ("{}", "{}_labels", nil),
            ("{}", "mask_{}", "mask_NAME"), ("{}", "gt-{}", nil), ("{}", "{}_1stHO", nil), ("{}", "{}.mask", nil),
            ("{}_training", "{}_manual1", "NAME_manual1 for NAME_training"), ("img_{}", "mask_{}", nil),
            ("{}_img", "{}_seg", nil), ("{}", "{}_odd", "NAME_odd"),
        ] as [(String, String, String?)], ["images masks", "train/images train/masks", "both"])
    func namesAreFound(_ names: (picture: String, mask: String, said: String?), place: String) throws {
        func file(_ pattern: String, _ number: Int) -> String {
            pattern.split(separator: "{}", omittingEmptySubsequences: false).joined(separator: "\(number)") + ".png"
        }
        let parts = place.split(separator: " ").map(String.init)
        let data = try folder(
            (18..<23).map { parts[0] + "/" + file(names.picture, $0) },
            (18..<23).map { parts[parts.count - 1] + "/" + file(names.mask, $0) })
        // In one folder only words tell what a mask is, and what is told of pictures has to be said.
        let isMixed = place == "both"
        guard !isMixed || (names.picture == "{}" && names.mask != "{}_odd") else { return }
        let layout = try DataLayout.recognize(
            folder: isMixed ? data.file("both") : data.path, pictures: nil, masks: nil)
        let found = try SamplePairing(layout.folders[0])
        #expect(found.pairs.map { FileSystem.name($0.picture) } == (18..<23).map { file(names.picture, $0) })
        #expect(found.pairs.map { FileSystem.name($0.mask ?? "") } == (18..<23).map { file(names.mask, $0) })
        #expect(found.report.issues.isEmpty)
        let words = try #require(found.foundName?.words)
        if let said = names.said { #expect(words == said) }
        let loaded = try SampleLoading(shape: SampleShape(channels: 3, height: 8, width: 8), threads: 1).load(
            layout, map: nil)
        #expect(loaded.findings.text.contains("; masks are named \(words); masks hold 0, 255"))
    }

    @Test func namesCanBeTold() throws {
        let data = try folder(["images/a.jpg", "images/b.jpg"], ["masks/a-x.png", "masks/b-x.png", "masks/b-y.png"])
        #expect(message { _ = try pairing(data) }.contains(#"give --mask-name "{}-x""#))
        let told = try pairing(data, name: "{}-x.png")
        #expect(told.pairs.count == 2 && told.foundName == nil)
        #expect(told.report.issues.map(\.kind) == [.maskAlone])
        let wrong = message { _ = try pairing(data, name: "m_{}") }
        #expect(wrong.contains("is named m_NAME") && wrong.contains("\"a.jpg\" and \"a-x.png\""), "\(wrong)")
        let both = try folder(["a.png", "b.png"], ["a-x.png", "c-x.png"])
        let within = try pairing(both, name: "{}-x")
        #expect(within.pairs.map(\.stem) == ["a"])
        #expect(within.report.issues.map { FileSystem.name($0.file) } == ["b.png", "c-x.png"])
        for text in ["mask", "{}{}", "a={}", "{}=", "{}={}={}", ""] {
            #expect(message { _ = try MaskName(parsing: text) }.contains("expected one {}"), "\(text)")
        }
        for text in ["{}_mask", "{}_training={}_manual1", "a{}b={}"] {
            #expect(try MaskName(parsing: text).description == text)
        }
    }

    /// Names that happen to be longer are no masks of shorter ones, and equal names come first.
    @Test func chancesAreNoNames() throws {
        let odd = try folder(["images/1.png", "images/2.png", "images/3.png"], ["masks/1.png", "masks/2x.png"])
        let found = try pairing(odd)
        #expect(found.pairs.map(\.stem) == ["1"] && found.foundName == nil)
        let equal = try folder(["images/a.png"], ["masks/a.png", "masks/a_mask.png"])
        #expect(try pairing(equal).pairs.map { FileSystem.name($0.mask ?? "") } == ["a.png"])
        // A damaged mask is named once, and its picture is not called one without a mask.
        let damaged = try folder(["images/a.png", "images/b.png"], ["masks/a_mask.png"])
        try damaged.write("masks/b_mask.png", Array("no picture".utf8))
        let report = try pairing(damaged).report
        #expect(report.issues.map { FileSystem.name($0.file) } == ["b_mask.png"])
    }

    @Test(
        arguments: [
            ("train/images", "train/masks", "val/images", "val/masks"),
            ("train/img", "train/labels", "test/img", "test/labels"),
            ("images/train", "masks/train", "images/val", "masks/val"),
            ("train", "train_masks", "valid", "valid_masks"), ("training", "training", "testing", "testing"),
        ])
    func partsAreFound(_ names: (pictures: String, masks: String, tested: String, testMasks: String)) throws {
        let suffix = names.pictures == names.masks ? "_mask" : ""
        let data = try folder(
            ["\(names.pictures)/a.png", "\(names.tested)/b.png"],
            ["\(names.masks)/a\(suffix).png", "\(names.testMasks)/b\(suffix).png"])
        let layout = try DataLayout.recognize(folder: data.path, pictures: nil, masks: nil)
        #expect(layout.folders.map(\.pictures) == [names.pictures, names.tested].map(data.file))
        #expect(layout.folders.map(\.masks) == [names.masks, names.testMasks].map(data.file))
        #expect(layout.folders.first?.part == .training && layout.isParted)
        #expect(try layout.folders.map { try SamplePairing($0).pairs.count } == [1, 1])
        let without = try DataLayout.recognize(
            folder: data.path, pictures: nil, masks: nil, needsMasks: false)
        #expect(without.folders.map(\.pictures) == layout.folders.map(\.pictures))
    }

    private func list(_ folder: TestFolder, _ text: String) throws -> DataLayout {
        try folder.write("pairs.csv", Array(text.utf8))
        return try DataLayout.recognize(folder: nil, pictures: nil, masks: nil, pairs: folder.file("pairs.csv"))
    }

    @Test func listsSayWhatBelongsTogether() throws {
        let data = try folder(["x/a.png", "y/a, b.png", "c.png"], ["m/1.png", "m/2.png"])
        let layout = try list(
            data,
            "\u{FEFF}Image,ignored,Mask,group\r\nx/a.png,,m/1.png,p1\r\n\r\n\"y/a, b.png\",\"\n\",m/2.png,\r\n"
                + "c.png,,m/none.png,\r\nnone.png,,m/2.png")
        let pairing = try SamplePairing(layout.folders[0])
        #expect(!layout.isParted && pairing.pairs.map(\.stem) == ["x/a", "y/a, b"])
        #expect(pairing.pairs.map(\.group) == ["p1", nil])
        #expect(
            pairing.report.issues.map(\.text) == [
                data.file("m/none.png") + ": is not there (line 6 of \(data.file("pairs.csv")))",
                data.file("none.png") + ": is not there (line 7 of \(data.file("pairs.csv")))",
            ])
        let parted = try list(data, "picture,mask,part\nc.png,m/1.png,test\nx/a.png,m/2.png,train\n")
        #expect(parted.folders.map(\.part) == [.training, .test])
        let loaded = try SampleLoading(shape: SampleShape(channels: 3, height: 8, width: 8), threads: 1).load(
            parted, map: nil)
        #expect(loaded.groups.map { $0.map(\.name) } == [["x/a"], ["c"]])
    }

    @Test(
        arguments: [
            ("", "pairs.csv: expected a table of pairs, it is empty"),
            ("a.png,b.png\n", "pairs.csv:1: no column is called \"picture\""),
            ("picture,image,mask\n", "pairs.csv:1: two columns say the picture"),
            ("picture,mask\n", "pairs.csv: expected lines of pairs, there is none"),
            ("picture,mask\na,b\n,b\n", "pairs.csv:3: the line names no picture"),
            ("picture,mask\na,b\nc,b\na,c\n", "pairs.csv:4: a stands on line 2 already"),
            ("picture,mask\n\"a\n", "pairs.csv:2: the quotes that begin here do not end"),
            ("picture,mask\n\"a\"b,c\n", "pairs.csv:2: expected a comma or the line's end"),
            (
                "picture,mask,part\na,b,train\nc,d,later\n",
                "pairs.csv:3: expected the part train, val or test, found \"later\""
            ),
            ("picture,mask,part\na,b,train\nc,d,\n", "pairs.csv:3: the line names no part"),
        ])
    func listsThatMakeNoSenseSayWhere(text: String, expected: String) throws {
        let data = try TestFolder()
        let found = message { _ = try list(data, text) }
        #expect(found.contains(expected), "\(found)")
    }

    /// Such a list is for `evaluate`.
    @Test func listsWithoutTrainingLinesTestAlone() throws {
        let data = try TestFolder()
        try data.writePicture("a.png")
        try data.writeMask("b.png", left: 0, right: 255)
        try data.write("pairs.csv", Array("picture,mask,part\na.png,b.png,test\n".utf8))
        let settings = DataSettings(pairs: data.file("pairs.csv"))
        func load(_ selection: DataSet.Selection) throws -> DataSet {
            try DataSet.load(
                settings, selection, shape: SampleShape(channels: 3, height: 8, width: 8), seed: 0, threads: 1,
                isStrict: true, console: Console(isQuiet: true)
            ).data
        }
        #expect(try load(.testing(nil)).testing.count == 1)
        let fault = message { _ = try load(.training) }
        #expect(fault.contains("pairs.csv: nothing of it is of the part train"), "\(fault)")
    }

    /// The kind is remembered: files that come and go change nothing.
    @Test(arguments: ["{}_*", "^(p[0-9]+)", "groups.csv"])
    func rulesOfGroupsAreRemembered(text: String) throws {
        let data = try TestFolder()
        try data.write("groups.csv", Array("a,1\n".utf8))
        let rule = try GroupRule(parsing: text.hasSuffix(".csv") ? data.file(text) : text)
        let record = rule.record
        #expect(GroupRule(record: record) == rule)
        if case .table(let path) = rule {
            #expect(GroupRule(record: "table:" + path + ".gone") == .table(path + ".gone"))
        }
        #expect(GroupRule(record: text) == nil)
    }

    /// Whatever a field holds, it is read back; lines are counted as editors do.
    @Test func tablesAreReadAsTheyWereWritten() throws {
        let fields = ["", "a", "a,b", "\"", "a\"\"b", "x\ny", "x\r\ny", "é", " b "]
        for ending in ["\n", "\r\n", "\r"] {
            let written = (0..<8).map { first in (0..<4).map { fields[(first * 3 + $0 * 5) % fields.count] } }
            // Fields are names, in which ends of lines stand as private characters.
            let records = written.map { $0.map { FileName.text(of: Array($0.utf8)) } }
            let text = written.map { $0.map(CSV.field).joined(separator: ",") + ending }.joined()
            let read = try CSV.records(Array(text.utf8))
            #expect(read.map(\.fields) == records)
            let cut = try CSV.records(Array(text.utf8.dropLast(ending.utf8.count)))
            #expect(cut.map(\.fields) == records)
        }
        #expect(try CSV.records(Array("a\r\n\"x\ny\"\r\n\nb\n".utf8)).map(\.line) == [1, 2, 5])
        #expect(try CSV.records([0x4D, 0xFC]).first?.fields == [FileName.text(of: [0x4D, 0xFC])])
    }
}
