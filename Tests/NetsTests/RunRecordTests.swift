import Base
import DataSets
import Recipes
import Tasks
import Testing
import TrainerSupport
import TrainerTestSupport

@testable import Nets

@Suite struct RunRecordTests {
    private var record: RunRecord {
        var settings = TrainingSettings()
        settings.optimizer.learningRate = 0.1 + 0.2
        settings.optimizer.kind = .sgd
        settings.seed = .max
        settings.augmentation = AugmentationSettings(vflip: true, scale: 0.8...1.25, elastic: 2.5)
        let data = DataSettings(
            folder: "/data/my pets", map: .trimap, classNames: ["sky", "a road"], split: 0.7, isSorted: true,
            fold: Fold(number: 3, count: 5))
        var record = RunRecord(
            graphName: "unet", graphHash: "ff", settings: settings, data: data, fingerprint: "0123456789abcdef")
        record.progress = RunProgress(
            epoch: 3, step: 100, stepInEpoch: 7, lossSum: 1.0 / 3, samples: 112,
            best: Quality(value: 0.7, loss: 1.0 / 7),
            bestEpoch: 2)
        record.progress.plateau.best = Quality(value: nil, loss: 0.1 + 0.2)
        return record
    }

    private func metadata(_ change: (inout [String: String]) -> Void = { _ in }) -> [String: String] {
        var map = Dictionary(uniqueKeysWithValues: record.metadata)
        change(&map)
        return map
    }

    @Test func recordsReadBackExactly() throws {
        #expect(try RunRecord(metadata(), path: "c") == record)
    }

    @Test func earlierRecordsKnowFlipsAlone() throws {
        func earlier(_ flips: String) throws -> RunRecord {
            let fields = metadata {
                $0["augment"] = nil
                $0["fold"] = nil
                $0["flips"] = flips
            }
            return try RunRecord(fields, path: "c")
        }
        #expect(try earlier("true").settings.augmentation == .standard)
        #expect(try earlier("false").settings.augmentation == AugmentationSettings())
        #expect(try earlier("true").data.fold == nil)
    }

    @Test func damageIsNamed() {
        let missing = message { _ = try RunRecord(metadata { $0["step"] = nil }, path: "c.safetensors") }
        #expect(missing.contains("c.safetensors: the checkpoint does not say its \"step\""), "\(missing)")
        let wrong = message { _ = try RunRecord(metadata { $0["batch"] = "many" }, path: "c.safetensors") }
        #expect(wrong.contains("the checkpoint's \"batch\" is \"many\", expected Int"), "\(wrong)")
        let fold = message { _ = try RunRecord(metadata { $0["fold"] = "6/5" }, path: "c.safetensors") }
        #expect(fold.contains("the checkpoint's \"fold\" is \"6/5\", expected a fold such as 1/5"), "\(fold)")
        let foreign = message { _ = try RunRecord(["a": "b"], path: "c.safetensors") }
        #expect(foreign.contains("expected a checkpoint of a trainer"), "\(foreign)")
    }

    @Test func pathsAreTakenApart() {
        #expect(FileSystem.stem("/a/b.c/x.tar.png") == "x.tar")
        #expect(FileSystem.stem("plain") == "plain")
        #expect(FileSystem.parent("/a") == "/" && FileSystem.parent("a") == "." && FileSystem.parent("a/b/") == "a")
        #expect(FileSystem.join("a/", "b") == "a/b" && FileSystem.join("a", "/b") == "/b")
    }
}
