import Base
import FileAccess
import Kernels
import Strategy

/// The C compiler, the libraries that trainers are linked with, and the trainer's own code, each tried out.
struct ToolchainChecks {
    var target: Target
    var jobs: Int

    var checks: [HealthCheck] {
        guard let toolchain = try? Toolchain(), let folder = Files.makeTemporaryFolder("doctor") else {
            return [.of("compiler") { HealthCheck("compiler", try Toolchain().version) }, trainer]
        }
        defer { Files.removeFolder(folder) }
        let probe = Probe(toolchain: toolchain, folder: folder)
        let compiler = HealthCheck("compiler", "\(toolchain.version) (\(toolchain.compiler))")
        let libraries = pictureLibraries.map { library($0.name, probe, $0.source, $0.flag) }
        return [compiler, swiftCompiler, openBLAS(probe)] + libraries + [trainer, trial(folder)]
    }

    /// Only `--backend swift` needs it.
    private var swiftCompiler: HealthCheck {
        guard let toolchain = try? SwiftToolchain() else {
            return HealthCheck("swiftc", "not found; only --backend swift needs it")
        }
        return HealthCheck("swiftc", toolchain.version)
    }

    /// Which of its kernels OpenBLAS runs, how fast a product is on one thread, and whether it is right.
    private func openBLAS(_ probe: Probe) -> HealthCheck {
        .of("openblas", advice: "install it (\(Linker.packages))") {
            let check = OpenBLASCheck(target: target, coreType: Files.environment("OPENBLAS_CORETYPE"))
            let result = try probe.run("openblas", openBLASProbe, libraries: ["-lopenblas"])
            guard result.status == 0, let trial = OpenBLASCheck.Trial(output: result.output) else {
                throw DriverError("the trial program ended with status \(result.status): \(result.output)")
            }
            var remedied: OpenBLASCheck.Trial?
            if check.isNarrow(trial), check.coreType == nil, let remedy = check.remedy {
                let again = try probe.repeated("openblas", environment: "OPENBLAS_CORETYPE=\(remedy)")
                if again.status == 0 { remedied = OpenBLASCheck.Trial(output: again.output) }
            }
            return check.judgement(trial, remedied: remedied)
        }
    }

    private var pictureLibraries: [(name: String, source: String, flag: String)] {
        [
            ("libpng", pngProbe, "-lpng16"), ("libjpeg", jpegProbe, "-ljpeg"), ("libtiff", tiffProbe, "-ltiff"),
            ("libwebp", webpProbe, "-lwebp"),
        ]
    }

    private func library(_ name: String, _ probe: Probe, _ source: String, _ flag: String) -> HealthCheck {
        .of(name, advice: "install it (\(Linker.packages))") {
            let result = try probe.run(name, source, libraries: [flag])
            guard result.status == 0 else { throw DriverError("the trial program failed: \(result.output)") }
            return HealthCheck(name, result.output.trimmingNewlines)
        }
    }

    private var trainer: HealthCheck {
        .of("trainer", advice: "make build makes it; UNETC_TRAINER names another place") {
            HealthCheck("trainer", try Linker.trainerLibrary())
        }
    }

    /// A net of one layer, compiled, linked and trained for an epoch on pictures that the trainer draws.
    private func trial(_ folder: String) -> HealthCheck {
        .of("trial", advice: "if the trainer's code is of another version than unetc, make build makes it anew") {
            let file = folder + "/trial.graph"
            try FileWriter.write(file, text: trialGraph)
            var options = CompileOptions(target: target, jobs: jobs)
            options.cacheFolder = folder + "/cache"
            let session = try Session(path: file, overrides: [])
            let program = try session.compile(into: folder + "/trial", options).product
            let run = try Command(
                program: program, arguments: ["train", "--out", folder + "/run", "--threads", "1"]
            ).run()
            guard run.status == 0 else {
                throw DriverError("a tiny net was compiled, but does not train: \(run.output.trimmingNewlines)")
            }
            return HealthCheck("trial", "a tiny net was compiled and trained")
        }
    }
}

/// Compiles and runs small C programs.
private struct Probe {
    var toolchain: Toolchain
    var folder: String

    /// - Throws: `DriverError` when the program cannot be built.
    func run(_ name: String, _ source: String, libraries: [String]) throws -> CommandResult {
        let program = "\(folder)/\(name)"
        try FileWriter.write(program + ".c", text: source)
        let built = try Command(
            program: toolchain.compiler,
            arguments: toolchain.arguments + ["-O1", "-o", program, program + ".c"] + libraries + ["-lm"]
        ).run()
        guard built.status == 0 else {
            let reason = built.output.split(separator: "\n").first { $0.contains("error") || $0.contains("cannot") }
            throw DriverError("cannot be compiled and linked: \(reason.map(String.init) ?? built.output)")
        }
        return try Command(program: program, arguments: []).run()
    }

    /// Runs a program that `run` has built once more.
    func repeated(_ name: String, environment: String) throws -> CommandResult {
        try Command(program: "/usr/bin/env", arguments: [environment, "\(folder)/\(name)"]).run()
    }
}

private let trialGraph = """
    graph trial {
      input  image: [3, 32, 32]
      target mask:  [1, 32, 32]
      hidden = relu(conv(image, 8, kernel: 3, padding: same))
      output logits = conv(hidden, 1, kernel: 1)
      loss bce_with_logits(logits, mask)
      train { optimizer: adam(lr: 1e-3)  batch: 16  epochs: 1 }
    }

    """

private let pngProbe = """
    #include <png.h>
    #include <stdio.h>
    int main(void) { puts(png_get_libpng_ver(NULL)); return 0; }

    """

/// The first line of what it says, without the library's own name.
private let tiffProbe = """
    #include <stdio.h>
    #include <string.h>
    #include <tiffio.h>
    #if TIFFLIB_VERSION < 20221213
    #error "version 4.5 or newer is needed"
    #endif
    int main(void) {
        const char *version = TIFFGetVersion(), *number = strstr(version, "Version ");
        number = number ? number + 8 : version;
        printf("%.*s\\n", (int)strcspn(number, "\\n"), number);
        return 0;
    }

    """

private let webpProbe = """
    #include <stdio.h>
    #include <webp/decode.h>
    int main(void) {
        int version = WebPGetDecoderVersion();
        printf("%d.%d.%d\\n", version >> 16, version >> 8 & 255, version & 255);
        return 0;
    }

    """

private let jpegProbe = """
    #include <stddef.h>
    #include <stdio.h>
    #include <jpeglib.h>
    int main(void) {
        struct jpeg_decompress_struct info;
        struct jpeg_error_mgr errors;
        info.err = jpeg_std_error(&errors);
        jpeg_create_decompress(&info);
        jpeg_destroy_decompress(&info);
    #ifdef LIBJPEG_TURBO_VERSION
    #define TEXT(x) #x
    #define NAME(x) TEXT(x)
        puts("libjpeg-turbo " NAME(LIBJPEG_TURBO_VERSION));
    #else
        printf("version %d\\n", JPEG_LIB_VERSION);
    #endif
        return 0;
    }

    """

/// Four lines: version, kernel, GFLOP/s, right or wrong. The small product is of whole numbers, so that there is only
/// one right answer.
private let openBLASProbe = """
    #include <math.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <time.h>
    extern char *openblas_get_config(void);
    extern char *openblas_get_corename(void);
    extern void openblas_set_num_threads(int);
    extern void cblas_sgemm(int, int, int, int, int, int, float, const float *, int, const float *, int, float,
                            float *, int);
    static double now(void) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return t.tv_sec + t.tv_nsec * 1e-9;
    }
    static int is_right(void) {
        enum { N = 37 };
        static float a[N * N], b[N * N], c[N * N];
        for (int i = 0; i < N * N; i++) a[i] = (float)(i * 7 % 23) - 11, b[i] = (float)(i * 5 % 19) - 9;
        cblas_sgemm(101, 111, 112, N, N, N, 1, a, N, b, N, 0, c, N);
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) {
                float sum = 0;
                for (int k = 0; k < N; k++) sum += a[i * N + k] * b[j * N + k];
                if (!(fabsf(sum - c[i * N + j]) <= 0.5f)) return 0;
            }
        return 1;
    }
    int main(void) {
        enum { N = 768 };
        openblas_set_num_threads(1);
        char version[64] = "";
        sscanf(openblas_get_config(), "OpenBLAS %63s", version);
        float *a = calloc(N * N, sizeof(float)), *b = calloc(N * N, sizeof(float)), *c = calloc(N * N, sizeof(float));
        if (!a || !b || !c) return 1;
        for (int i = 0; i < N * N; i++) a[i] = i % 7, b[i] = i % 5;
        double best = 1e9;
        for (int i = 0; i < 6; i++) {
            double start = now();
            cblas_sgemm(101, 111, 111, N, N, N, 1, a, N, b, N, 0, c, N);
            double time = now() - start;
            if (time < best) best = time;
        }
        printf("%s\\n%s\\n%.0f\\n%s\\n", version, openblas_get_corename(), 2.0 * N * N * N / best / 1e9,
               is_right() ? "right" : "wrong");
        return 0;
    }

    """
