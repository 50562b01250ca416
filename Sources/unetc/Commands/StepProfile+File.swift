import Base
import Driver
import FileAccess
import Inspection
import Runtime

extension StepProfile {
    /// Reads what `unetc bench --json` has printed.
    /// - Throws: `CommandFailure` that names the file and what it lacks.
    init(path: String) throws {
        let json: JSON
        do {
            json = try JSON(parsing: try Files.read(path))
        } catch let error as JSONError {
            throw CommandFailure(
                "\(path): \(error)\n  hint: --profile takes what \"unetc bench --json\" prints")
        }
        let schema = json["schema"]?.string
        guard schema == "unetc-bench" else {
            let found = schema.map { "\"\($0)\"" } ?? "none"
            throw CommandFailure(
                "\(path): expected the schema \"unetc-bench\", found \(found)\n"
                    + "  hint: --profile takes what \"unetc bench --json\" prints")
        }
        guard let version = json["version"]?.integer, version == Benchmark.schemaVersion else {
            throw CommandFailure(
                "\(path): expected version \(Benchmark.schemaVersion), found \(json["version"]?.text ?? "none")\n"
                    + "  hint: measure again with this unetc")
        }
        let isTraining = json["plan"]?.string == "train"
        guard let batch = json["batch"]?.integer, let threads = json["threads"]?.integer,
            let total = json[isTraining ? "train_step" : "inference"]?["median_ms"]?.number,
            let peak = json["peak_gflops"]?.number, let layers = json["layers"]?.array
        else {
            throw CommandFailure(
                "\(path): expected batch, threads, times, peak_gflops and layers, as bench prints them")
        }
        self.init(
            batch: batch, threads: threads, totalMilliseconds: total, peakGflops: peak,
            layers: try layers.enumerated().map { index, layer in
                guard let name = layer["name"]?.string, let time = layer["ms"]?.number else {
                    throw CommandFailure("\(path): layer \(index): expected name and ms")
                }
                return Layer(
                    name: name, milliseconds: time, gflops: layer["gflops"]?.number ?? 0,
                    percentOfPeak: layer["percent_of_peak"]?.number ?? 0)
            })
    }
}
