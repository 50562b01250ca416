import Platform
import Runtime
import TensorFiles
import Testing
import TrainerTestSupport

@testable import DataSets
@testable import Nets
@testable import Trainer

/// Numbers that nobody means, in every flag that takes one: an answer in words, or work that ends; never a trap.
@Suite struct FlagRangeTests {
    private static let values = [
        "0", "-1", "1", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551615",
        "1e308", "-1e308", "5e-324", "nan", "inf", "-inf", "", "99999999999999999999999999",
    ]

    /// What is put in place of `#`, behind flags with which the command ends soon.
    private static let forms: [(command: String, flag: String)] =
        [
            "--epochs=#", "--batch=#", "--batch=# --accumulate=65536", "--accumulate=#", "--lr=#", "--momentum=#",
            "--weight-decay=#", "--warmup=#", "--clip=#", "--ema=#", "--patience=#", "--until=dice=#", "--minutes=#",
            "--seed=#", "--split=#", "--cache=#", "--cache=#G", "--threads=#", "--folds=#", "--folds=3 --fold=#",
            "--checkpoint-every=#", "--log-every=#", "--profile=P --profile-steps=#", "--profile=P --profile-steps=1:#",
            "--profile=P --profile-steps=#:#", "--schedule=plateau:patience=#", "--schedule=plateau:factor=#",
            "--schedule=plateau:min_lr=#", "--schedule=step:every=#", "--schedule=step:factor=#",
            "--schedule=cosine:final=#", "--schedule=polynomial:power=#", "--schedule=one-cycle:start=#",
            "--schedule=one-cycle:div=#", "--schedule=one-cycle:final_div=#", "--schedule=one-cycle:min_momentum=#",
            "--augment=rotate=#", "--augment=scale=#..#", "--augment=crop=#", "--augment=shift=#", "--augment=noise=#",
            "--augment=elastic=#", "--augment=hue=#", "--mask-map=0=#", "--mask-map=#=0", "--mask-map=0=0-#",
            "--optimizer=sgd --momentum=#",
        ].map { ("train", $0) }
        + ["--show=#", "--split=#", "--seed=#", "--threads=#", "--cache=#", "--tiles --scale=#"].map {
            ("evaluate", $0)
        }
        + ["--threshold=#", "--probabilities=#", "--threads=#", "--tiles --scale=#"].map { ("predict", $0) }
        + ["--count=#", "--epochs=#", "--seed=#"].map { ("augment", $0) }
        + ["--batch=# --epochs=1", "--epochs=#", "--cache=# --epochs=1"].map { ("bench-input", $0) }
        + ["--batch=#", "--epochs=#", "--accumulate=#"].map { ("info", $0) }
        + ["--split=#", "--seed=#", "--threads=#"].map { ("doctor", $0) }

    private func arguments(_ command: String, _ data: TestFolder) -> [String] {
        switch command {
        case "train": ["train", "--data", data.path, "--out", data.file("run"), "--quiet", "--minutes=1e-9"]
        case "evaluate":
            ["evaluate", "--data", data.path, "--weights", data.file("w.safetensors"), "--out", data.file("show.png")]
        case "predict":
            ["predict", data.file("images/p1.png"), "--weights", data.file("w.safetensors"), "--out", data.file("o")]
        case "augment": ["augment", "--data", data.path, "--out", data.file("a.png")]
        default: [command, "--data", data.path]
        }
    }

    @Test(arguments: FlagRangeTests.forms.indices)
    func everyNumberIsAnswered(form: Int) throws {
        let (command, flag) = Self.forms[form]
        let data = try TinyRuns.pictures()
        var writer = SafetensorsWriter()
        try writer.add("out.weight", shape: [1, 3, 1, 1], values: [9, 0, 0])
        try writer.add("out.bias", shape: [1], values: [-4])
        try writer.write(to: data.file("w.safetensors"))
        let model = try PixelModel.load(["TILED=1"])
        for value in Self.values {
            var flags = flag.replacing("#", with: value).replacing("=P", with: "=" + data.file("p.json"))
                .split(separator: " ").map(String.init)
            if flag.hasPrefix("--minutes"), command == "train" { flags.append("--epochs=1") }
            var all = arguments(command, data)
            if flag.hasPrefix("--minutes") { all.removeLast() }
            do {
                try TinyRuns.run(all + flags, model: model)
            } catch is UsageError {
            } catch {
                #expect("\(error)".count > 10, "\(flags)")
            }
            _ = system("rm -rf '\(data.file("run"))' '\(data.file("o"))'")
        }
    }

    /// What the graph's `train` block says is taken no further than flags are.
    @Test(arguments: [
        "\"epochs\":9223372036854775807", "\"batch\":9223372036854775807", "\"accumulate\":9223372036854775807",
        "\"epochs\":-1", "\"accumulate\":0",
    ])
    func theGraphsNumbersAreChecked(entry: String) throws {
        let defaults = try ModelDefaults(metadata: "{\"train\":{\(entry)}}").training
        let text = message {
            _ = try TrainingFlags.parse([]).resolved(
                defaults: defaults, recorded: nil,
                batches: BatchRule(capacity: 4, standard: 1 << 62, obstacleToParts: nil), optimizers: ["adam"])
        }
        #expect(text.contains("expected a number from 1 to") && text.contains("train block"), "\(text)")
    }
}
