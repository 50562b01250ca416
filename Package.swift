// swift-tools-version: 6.0
import PackageDescription

let settings: [SwiftSetting] = [.swiftLanguageMode(.v6)]

/// Also in debug builds: the tests run kernels through the evaluator and graphs through the interpreter, which takes most
/// of their time.
let optimized = settings + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// A Swift target of the house, in the order in which data flows.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: optimized)
}

/// Of tests, which are built with the release: optimising them would take longer than it saves.
let testing = settings + [.unsafeFlags(["-Onone"], .when(configuration: .release))]

/// A test target beside the room it tests.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.byName(name: name)] + dependencies, exclude: exclude,
        swiftSettings: testing)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "unetc",
    products: [
        .executable(name: "unetc", targets: ["unetc"]),
        .library(name: "UnetcTrainer", type: .static, targets: ["Trainer"]),
    ],
    dependencies: [.package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")],
    targets: [
        // Under everything: the C library; texts, JSON, markup, hashes, random numbers, threads; files; the machine.
        room("Platform"),
        room("Base", ["Platform"]),
        room("FileAccess", ["Platform", "Base"]),
        room("HostLimits", ["Platform", "FileAccess"]),
        room("TensorFiles", ["Platform", "Base", "FileAccess"]),
        // The compiler, from text to files.
        room("Diagnostics"),
        room("GraphIR", ["Base", "Diagnostics"]),
        room("GraphDSL", ["Base", "Diagnostics", "GraphIR"]),
        room("Interpreter", ["Platform", "Base", "GraphIR"]),
        room("Programs", ["Base", "GraphIR"]),
        room("Passes", ["Diagnostics", "GraphIR", "Programs"]),
        room("MemoryPlanning", ["Base", "Diagnostics", "GraphIR", "Programs"]),
        room("KernelIR", ["Platform", "Base"]),
        room("Kernels", ["Base", "GraphIR", "KernelIR", "Programs"]),
        .target(
            name: "Emission", dependencies: ["Programs", "Base", "GraphIR", "MemoryPlanning", "KernelIR", "Kernels"],
            resources: [.embedInCode("unetc_model.h")],
            swiftSettings: settings),
        .target(
            name: "Inspection",
            dependencies: ["Programs", "Base", "GraphIR", "GraphDSL", "MemoryPlanning", "Emission"],
            resources: ["html", "css"].map { .embedInCode("Page/Resources/page.\($0)") }
                + ["tools", "model", "graph", "arena", "details", "steps", "search", "main"].map {
                    .embedInCode("Page/Resources/\($0).js")
                }, swiftSettings: settings),
        // Pictures to nets and back, in C that bundles carry as well.
        .target(name: "PictureCode", cSettings: [.unsafeFlags(["-ffp-contract=off"])]),
        .target(
            name: "Bundling",
            dependencies: ["Base", "GraphIR", "KernelIR", "Kernels", "MemoryPlanning", "Emission", "PictureCode"],
            resources: [
                "unetc_golden.c", "unetc_internal.h", "unetc_net.c", "unetc_net.h", "unetc_pictures.h",
                "unetc_processor.c", "unetc_product.h",
                "unetc_picture.c", "unetc_picture.h", "unetc_picture_filter.c", "unetc_picture_net.h",
                "unetc_picture_numbers.c", "unetc_picture_numbers.h", "unetc_picture_pixels.c",
                "unetc_picture_resampler.c", "unetc_picture_resizer.c", "unetc_picture_room.c", "unetc_picture_room.h",
                "unetc_picture_sizes.h", "unetc_picture_tiled.c", "unetc_picture_tiles.c", "unetc_picture_tiles.h",
                "unetc_picture_values.c", "unetc_picture_values.h", "unetc_picture_walk.c",
                "unetc_tiles.c", "unetc_training.c", "unetc_training.h", "unetc_segment.c", "unetc_segment_example.c",
            ].map { .embedInCode("Code/\($0)") }
                + [
                    "unetc_web.c", "unetc_web_loading.js", "unetc_web_math.h", "unetc_web_module.d.ts",
                    "unetc_web_module.js", "unetc_web_net.js", "unetc_web_page.css", "unetc_web_page.html",
                    "unetc_web_page.js", "unetc_web_png.js", "unetc_web_string.h", "unetc_web_worker.js",
                ].map { .embedInCode("Web/\($0)") }
                + [
                    "binding.c", "binding.h", "counters.h", "denormals.h", "gate.c", "gate.h", "pool.c",
                    "unetc_library.py", "unetc_model.h", "unetc_package.py", "unetc_pictures.py", "unetc_pool.h",
                    "unetc_threads.c",
                ].map { .embedInCode("Wheel/\($0)") }, swiftSettings: settings),
        room(
            "Strategy",
            [
                "Base", "FileAccess", "Diagnostics", "GraphIR", "GraphDSL", "Programs", "Passes", "MemoryPlanning",
                "KernelIR", "Kernels", "Emission",
            ]),
        room(
            "Driver",
            [
                "Programs",
                "Platform", "Base",
                "FileAccess", "HostLimits", "Diagnostics", "GraphIR", "GraphDSL", "Passes", "MemoryPlanning",
                "KernelIR",
                "Kernels", "Emission", "Inspection", "Strategy",
            ]),
        // What runs: linked into every trainer and into unetc.
        .target(name: "ModelABI"),
        .target(name: "ThreadPool", dependencies: ["ModelABI"]),
        room("Runtime", ["Platform", "Base", "ModelABI", "ThreadPool", "FileAccess", "HostLimits", "TensorFiles"]),
        // The judge: the compiler's work on the machine that runs it.
        room(
            "Verification",
            [
                "Platform", "Base",
                "GraphIR", "Interpreter", "Passes", "MemoryPlanning", "Kernels", "Emission", "Strategy", "Driver",
                "Runtime",
            ]),
        // Pictures, and what other programs read.
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
        .systemLibrary(name: "CTIFF", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"])]),
        .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
        .target(name: "ImageCodecs", dependencies: ["CPNG", "CJPEG", "CTIFF", "CWebP", "CDigest"]),
        room("Imaging", ["Platform", "Base", "ImageCodecs", "PictureCode", "FileAccess"]),
        .systemLibrary(name: "CProtobuf", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
        .systemLibrary(name: "CDigest", pkgConfig: "libmd", providers: [.apt(["libmd-dev"])]),
        .target(name: "EventMessages", dependencies: ["CProtobuf"], exclude: ["unetc_event.proto"]),
        // Nets of other programs.
        .target(name: "ONNXMessages", dependencies: ["CProtobuf"], exclude: ["unetc_onnx.proto"]),
        room(
            "Exchange",
            ["Base", "FileAccess", "Diagnostics", "GraphIR", "GraphDSL", "Passes", "ONNXMessages"]),
        // The trainer, from what a net learns to its commands.
        room("TrainerSupport", ["Platform", "Base", "FileAccess", "Imaging", "CDigest"]),
        room("Tasks", ["Platform", "Base", "PictureCode", "Imaging", "TrainerSupport"]),
        // The processes of a run, and messages between them; `unetc_mpi.c` is compiled where it runs.
        .target(name: "RanksABI", exclude: ["unetc_mpi.c"]),
        room("Ranks", ["Platform", "Base", "RanksABI", "ThreadPool", "TrainerSupport"]),
        room("Recipes", ["Base", "Runtime", "TrainerSupport", "Tasks"]),
        room("DataSets", ["Base", "FileAccess", "HostLimits", "Imaging", "TrainerSupport", "Tasks", "Recipes"]),
        room("DataDoctor", ["Base", "FileAccess", "Imaging", "TrainerSupport", "Tasks", "DataSets"]),
        room(
            "Nets",
            [
                "Base", "TensorFiles", "Runtime", "PictureCode", "Imaging", "TrainerSupport", "Ranks", "Tasks",
                "Recipes", "DataSets",
            ]),
        room(
            "Predictions",
            [
                "Platform", "Base", "FileAccess", "Runtime", "PictureCode", "Imaging", "TrainerSupport", "Ranks",
                "Tasks", "DataSets", "Nets",
            ]),
        room(
            "Reporting",
            [
                "Base", "FileAccess", "Runtime", "Imaging", "EventMessages", "TrainerSupport", "Tasks", "Recipes",
                "DataSets", "Nets", "Predictions",
            ]),
        room(
            "Trainer",
            [
                "Platform", "Base", "FileAccess", "HostLimits", "TensorFiles", "ModelABI", "Runtime", "Imaging",
                "EventMessages",
                "TrainerSupport", "Ranks", "Tasks", "Recipes", "DataSets", "DataDoctor", "Nets", "Predictions",
                "Reporting", argumentParser,
            ]),
        // The command line.
        .executableTarget(
            name: "unetc",
            dependencies: [
                "Platform", "Base",
                "FileAccess", "TensorFiles", "Diagnostics", "GraphIR", "GraphDSL", "Interpreter", "Passes",
                "MemoryPlanning",
                "KernelIR",
                "Kernels", "Emission",
                "Inspection", "Bundling", "Strategy", "Driver", "ModelABI", "ThreadPool", "Runtime", "Verification",
                "Exchange",
                "Imaging", "TrainerSupport", "Tasks", "DataSets", "DataDoctor", "Nets", "Trainer", argumentParser,
            ],
            resources: [.embedInCode("Exchange/check_onnx.py")],
            swiftSettings: settings),
        // Tests.
        room("TestSupport", ["Platform", "Base", "FileAccess", "Diagnostics", "GraphIR", "Interpreter"]),
        .target(
            name: "TrainerTestSupport",
            dependencies: [
                "Platform", "FileAccess", "Runtime", "Imaging", "TrainerSupport", "Tasks", "DataSets", "DataDoctor",
            ],
            exclude: ["make_mask_files.py"], swiftSettings: optimized),
        .target(
            name: "PixelNet", dependencies: ["ModelABI"],
            cSettings: [.define("unetc_model_get", to: "pixel_net_get"), .define("TILED"), .unsafeFlags(["-O1"])]),
        room(
            "Fuzzing",
            [
                "Programs",
                "Platform", "Base",
                "FileAccess", "TensorFiles", "Diagnostics", "GraphIR", "GraphDSL", "Passes", "MemoryPlanning",
                "Inspection", "Runtime", "Imaging", "Exchange", "Trainer", "PixelNet", "TestSupport",
            ]),
        .executableTarget(
            name: "unetc-fuzz", dependencies: ["Platform", "Fuzzing", "TestSupport", argumentParser],
            swiftSettings: settings),
        tests("Base", ["Platform"]),
        tests("FileAccess", ["Platform"]),
        tests("HostLimits", ["FileAccess", "TestSupport"]),
        tests("TensorFiles", ["Platform", "FileAccess", "TestSupport"], exclude: ["make_torch_files.py"]),
        tests("Fuzzing", ["Platform", "unetc-fuzz", "TestSupport"], exclude: ["make_jpegs.py", "make_formats.py"]),
        tests("GraphDSL", ["Platform", "Base", "Diagnostics", "GraphIR", "TestSupport"]),
        tests("GraphIR", ["Base", "Diagnostics", "TestSupport"], exclude: ["Goldens"]),
        tests(
            "Interpreter", ["Base", "Diagnostics", "GraphIR", "Passes", "TestSupport"],
            exclude: ["Goldens", "make_formula_numbers.py"]),
        tests("Programs", ["GraphIR", "TestSupport"]),
        tests(
            "Passes", ["Programs", "Base", "GraphIR", "GraphDSL", "Interpreter", "TestSupport"],
            exclude: ["Goldens", "make_resampling_numbers.py"]),
        tests("MemoryPlanning", ["Programs", "Base", "Diagnostics", "GraphIR", "GraphDSL", "Passes", "TestSupport"]),
        tests(
            "Inspection",
            ["Programs", "GraphIR", "GraphDSL", "Passes", "MemoryPlanning", "Kernels", "Emission", "TestSupport"],
            exclude: ["Goldens"]),
        tests("KernelIR", ["Base"]),
        tests("Kernels", ["Programs", "Base", "GraphIR", "Interpreter", "KernelIR", "TestSupport", "Platform"]),
        tests("Bundling", ["Base", "GraphDSL", "Kernels", "Emission", "Strategy", "TestSupport"]),
        tests("Strategy", ["Programs", "GraphIR", "Passes", "MemoryPlanning", "Kernels", "TestSupport"]),
        tests(
            "Driver",
            [
                "Programs",
                "Platform", "Base",
                "FileAccess", "GraphIR", "GraphDSL", "Interpreter", "Passes", "MemoryPlanning", "KernelIR", "Kernels",
                "Emission", "Inspection", "Strategy", "TensorFiles", "Runtime", "TestSupport",
            ]),
        tests("ThreadPool", ["Platform", "ModelABI", "TestSupport"]),
        tests("Runtime", ["Platform", "Base", "FileAccess", "TensorFiles", "TestSupport"]),
        tests(
            "Verification",
            [
                "Base", "Programs", "KernelIR", "Kernels", "Inspection",
                "GraphIR", "Passes", "MemoryPlanning", "Emission", "Strategy", "Driver", "ModelABI", "Runtime",
                "count-allocations", "TestSupport",
            ]),
        .executableTarget(
            name: "count-allocations", dependencies: ["Platform", "Runtime"], path: "Tests/CountAllocations",
            swiftSettings: testing),
        tests(
            "Exchange", ["Base", "FileAccess", "GraphIR", "GraphDSL", "Interpreter", "Passes", "TestSupport"]),
        tests("PictureCode", []),
        tests(
            "Imaging", ["Platform", "FileAccess", "ImageCodecs", "TestSupport"],
            exclude: ["make_fixtures.py", "make_format_fixtures.py"]),
        tests("Tasks", ["Base", "TrainerSupport", "Recipes", "TrainerTestSupport"]),
        tests("Ranks", ["Base"]),
        tests("Recipes", ["Runtime", "TrainerSupport", "Tasks", "DataSets", "TrainerTestSupport"]),
        tests(
            "DataSets",
            [
                "Platform", "Base", "TensorFiles", "Runtime", "Imaging", "TrainerSupport", "Tasks", "Recipes",
                "TestSupport", "TrainerTestSupport",
            ]),
        tests(
            "DataDoctor",
            [
                "Platform", "Base", "Imaging", "TrainerSupport", "Tasks", "Recipes", "DataSets", "Nets",
                "TrainerTestSupport",
            ]),
        tests(
            "Nets",
            ["Base", "Runtime", "TrainerSupport", "Tasks", "Recipes", "DataSets", "TestSupport", "TrainerTestSupport"]),
        tests(
            "Predictions",
            ["Platform", "Base", "FileAccess", "PictureCode", "Imaging", "Tasks", "DataSets", "TrainerTestSupport"]),
        tests("Reporting", ["Runtime", "Imaging", "TrainerSupport", "Tasks", "TrainerTestSupport"]),
        tests(
            "Trainer",
            [
                "Platform", "Base", "FileAccess", "TensorFiles", "Runtime", "Imaging", "TrainerSupport", "Tasks",
                "Recipes", "DataSets", "DataDoctor", "Nets", "Predictions", "Reporting", "TestSupport",
                "TrainerTestSupport",
                argumentParser,
            ]),
        .testTarget(
            name: "UnetcTests",
            dependencies: [
                "Platform", "Base", "GraphIR", "Passes", "Inspection", "Strategy", "Driver", "TensorFiles", "Runtime",
                "Imaging", "Exchange", "unetc", "TestSupport",
            ],
            swiftSettings: testing),
        .testTarget(
            name: "TilingTests",
            dependencies: [
                "Programs",
                "GraphIR", "Passes", "KernelIR", "Kernels", "Emission", "Strategy", "Driver", "Runtime",
                "TrainerSupport", "Tasks",
                "DataSets", "Nets", "Reporting", "TestSupport",
            ], swiftSettings: testing),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Base", "FileAccess", "Kernels", "Strategy", "Driver", "TensorFiles", "Runtime", "Imaging", "Fuzzing",
                "unetc", "TestSupport", "TrainerTestSupport",
            ],
            swiftSettings: testing),
    ]
)
