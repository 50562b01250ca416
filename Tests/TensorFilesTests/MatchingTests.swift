import Testing

@testable import TensorFiles

@Suite struct MatchingTests {
    private func list(_ pairs: [(String, [Int])]) -> [TensorDescription] {
        pairs.map { TensorDescription(name: $0.0, shape: $0.1) }
    }

    private var net: [TensorDescription] {
        list([
            ("enc1.conv1.weight", [8, 3, 3, 3]), ("enc1.conv1.bias", [8]), ("enc1.norm.weight", [8]),
            ("enc1.norm.running_mean", [8]), ("out.weight", [2, 8, 1, 1]), ("out.bias", [2]),
        ])
    }

    private func words(_ matching: Matching) -> [String] { matching.rows.map(\.word) }

    @Test(arguments: ["", "module.", "model.", "module.model.", "_orig_mod.module."])
    func namesThatAreEqualAreLoaded(prefix: String) throws {
        let file = net.map { TensorDescription(name: prefix + $0.name, shape: $0.shape) }
        let matching = try Matching(file, net, by: .names(NameRules()))
        #expect(words(matching) == Array(repeating: "loaded", count: 6))
        #expect(matching.rows.map { $0.source?.name } == file.map(\.name))
        #expect(matching.unused.isEmpty && matching.fault(of: "f") == nil)
    }

    @Test(arguments: [
        "inc.double_conv.0=enc1.conv1,inc.double_conv.1=enc1.norm,outc.conv=out",
        "inc.double_conv.0.* = enc1.conv1.*\n# the norm\ninc.double_conv.1 = enc1.norm\noutc.conv=out # the head",
    ])
    func rulesRenameBeginnings(rules: String) throws {
        let file = list([
            ("module.inc.double_conv.0.weight", [8, 3, 3, 3]), ("module.inc.double_conv.0.bias", [8]),
            ("module.inc.double_conv.1.weight", [8]), ("module.inc.double_conv.1.running_mean", [8]),
            ("module.inc.double_conv.1.num_batches_tracked", []), ("module.outc.conv.weight", [2, 8, 1, 1]),
            ("module.outc.conv.bias", [2]), ("module.fc.weight", [10, 8]),
        ])
        let matching = try Matching(file, net, by: .names(try NameRules(parsing: rules)))
        #expect(words(matching) == Array(repeating: "loaded", count: 6))
        #expect(matching.unused.map(\.name) == ["module.fc.weight"])
    }

    @Test func emptySidesAddAndTakeAway() throws {
        let plain = list([("conv1.weight", [8, 3, 3, 3])])
        let wanted = list([("encoder.conv1.weight", [8, 3, 3, 3])])
        #expect(try words(Matching(plain, wanted, by: .names(NameRules(parsing: "=encoder")))) == ["loaded"])
        #expect(try words(Matching(wanted, plain, by: .names(NameRules(parsing: "encoder=")))) == ["loaded"])
    }

    @Test(arguments: [
        ("nothing", "the rule \"nothing\" is none"), ("a=b=c", "the rule \"a=b=c\" is none"), ("a=a", "is none"),
        ("enc1=x,enc1=y", "two rules replace \"enc1\""), ("enc2=x", "no tensor is called like \"enc2\""),
        ("enc1.conv1=enc1.norm", "would both be \"enc1.norm.weight\""),
    ])
    func rulesThatMakeNoSenseAreRefused(rules: String, expected: String) {
        let found = message { _ = try Matching(net, net, by: .names(try NameRules(parsing: rules))) }
        #expect(found.contains(expected), "\(found)")
    }

    @Test func otherChannelsAndClassesAreNoFault() throws {
        var file = net
        file[0].shape = [8, 1, 3, 3]
        file[4].shape = [21, 8, 1, 1]
        file[5].shape = [21]
        let matching = try Matching(file, net, by: .names(NameRules()))
        #expect(
            words(matching) == [
                "adapted", "loaded", "loaded", "loaded", "anew (other classes)", "anew (other classes)",
            ])
        #expect(matching.fault(of: "f") == nil)
        #expect(
            matching.summary == [
                "4 of 6 parameters loaded",
                "adapted to other channels: enc1.conv1.weight [8, 3, 3, 3] from [8, 1, 3, 3]",
                "other classes, started anew: out.weight [2, 8, 1, 1] from [21, 8, 1, 1], out.bias [2] from [21]",
            ])
    }

    /// Other differences are: in the middle of the net, or of the kernel.
    @Test(arguments: [
        (0, [8, 3, 5, 5]), (0, [16, 3, 3, 3]), (0, [8, 27]), (2, [4]), (4, [2, 4, 1, 1]), (5, [2, 1]),
    ])
    func otherShapesAreFaults(place: Int, shape: [Int]) throws {
        var file = net
        file[place].shape = shape
        let matching = try Matching(file, net, by: .names(NameRules()))
        #expect(matching.rows[place].outcome == .unfit)
        let fault = try #require(matching.fault(of: "weights.pt"))
        #expect(
            fault.message
                == "weights.pt: 1 of 6 parameters do not fit:\n  \(net[place].text): the file has \(file[place].text)")
    }

    @Test func whatIsMissingNamesTheNearest() throws {
        let file = list([("enc1.conv_1.weight", [8, 3, 3, 3]), ("zzz", [1])])
        let fault = try #require(try Matching(file, Array(net.prefix(1)), by: .names(NameRules())).fault(of: "f"))
        #expect(fault.message.contains("not in the file; the nearest there is enc1.conv_1.weight [8, 3, 3, 3]"))
        #expect(fault.message.contains("not used of the file: enc1.conv_1.weight [8, 3, 3, 3], zzz [1]"))
    }

    @Test func orderGoesByShapesAndLastNames() throws {
        let file = list([
            ("0.weight", [8, 1, 3, 3]), ("0.bias", [8]), ("1.weight", [8]), ("1.bias", [8]), ("1.running_mean", [8]),
            ("1.num_batches_tracked", []), ("extra.weight", [4, 4]), ("9.weight", [2, 8, 1, 1]), ("9.bias", [2]),
        ])
        let matching = try Matching(file, net, by: .order)
        #expect(
            matching.rows.map { $0.source?.name }
                == ["0.weight", "0.bias", "1.weight", "1.running_mean", "9.weight", "9.bias"])
        #expect(words(matching).first == "adapted")
        #expect(matching.unused.map(\.name) == ["1.bias", "extra.weight"])
        #expect(matching.table.split(separator: "\n").count == 6)
    }

    /// As `patch_first_conv` of segmentation_models_pytorch.
    @Test(
        arguments: [
            (1, [6.0, 15]), (2, [1.5, 3, 6, 7.5]), (3, [1, 2, 3, 4, 5, 6]),
            (4, [0.75, 1.5, 2.25, 0.75, 3, 3.75, 4.5, 3]),
        ] as [(Int, [Float])])
    func channelsAreAdapted(channels: Int, expected: [Float]) {
        #expect(Matching.adapted([1, 2, 3, 4, 5, 6], shape: [2, 3, 1, 1], channels: channels) == expected)
    }
}
