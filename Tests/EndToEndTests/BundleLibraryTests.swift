import Foundation
import TestSupport
import Testing

/// What `unetc bundle` writes, compiled and run.
@Suite(.serialized, .enabled(if: BundledLibrary.exists("cc"), "there is no C compiler"))
struct BundleLibraryTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func checkGolden(_ library: BundledLibrary, _ flags: [String] = [], embeds: Bool = false) throws {
        let program = try library.program(library.folder + "/test/golden.c", flags)
        let output = try BundledLibrary.run([program, library.golden] + (embeds ? [] : [library.weights]))
        #expect(output.contains("pixels differ"), "\(output)")
    }

    private static let nets: [BundledLibrary.Net] = {
        var nets =
            BundleNets.tasks(["--tile", "none"]) + [
                BundleNets.bands, BundleNets.families, BundleNets.tiny, BundleNets.odd,
            ]
        var other = BundleNets.tiny
        for flags in [["--batch", "5"], ["--embed", "--tile", "none"], ["--precision", "bf16", "--tile", "none"]] {
            other.flags = flags
            nets.append(other)
        }
        return nets
            + BundleNets.graphs.filter {
                isLongRun || ["unet-bn", "unet-labels", "lraspp-mobilenet"].contains($0.name)
            }
    }()

    /// The bundle's own test, of all that a net may be and is asked for.
    @Test(arguments: nets) func theTestOfTheBundlePasses(_ net: BundledLibrary.Net) throws {
        try checkGolden(try BundledLibrary(net, in: folder), embeds: net.flags.contains("--embed"))
    }

    @Test(.enabled(if: BundledLibrary.exists("cmake"), "there is no cmake"), arguments: [false, true])
    func cmakeBuildsTestsAndInstallsIt(isShared: Bool) throws {
        let library = try BundledLibrary(quick(BundleNets.tiny), in: folder)
        let (build, place) = (folder.path + "/build", folder.path + "/usr")
        _ = try BundledLibrary.run([
            "cmake", "-S", library.folder, "-B", build, "-DCMAKE_INSTALL_PREFIX=" + place,
            "-DBUILD_SHARED_LIBS=\(isShared ? "ON" : "OFF")", "-DCMAKE_INSTALL_LIBDIR=lib/deeper",
        ])
        _ = try BundledLibrary.run(["cmake", "--build", build])
        let output = try BundledLibrary.run(["ctest", "--test-dir", build])
        #expect(output.contains("100% tests passed"), "\(output)")
        _ = try BundledLibrary.run(["cmake", "--install", build])
        guard BundledLibrary.exists("pkg-config") else { return print("not run: there is no pkg-config") }
        let flags = try BundledLibrary.run(
            ["pkg-config", "--static", "--cflags", "--libs", "net"],
            environment: "PKG_CONFIG_PATH='\(place)/lib/deeper/pkgconfig'")
        let words = flags.split { $0 == " " || $0 == "\n" }.map(String.init)
        let source = BundledLibrary.source("outputs.c")
        _ = try BundledLibrary.run(["cc", source, "-o", folder.path + "/outputs"] + words)
    }

    /// Without the plans for tiles.
    private func quick(_ net: BundledLibrary.Net) -> BundledLibrary.Net {
        var net = net
        net.flags += ["--tile", "none"]
        return net
    }

    // MARK: Symbols

    private func symbols(_ arguments: [String]) throws -> [String] {
        try BundledLibrary.run(["nm"] + arguments).split(separator: "\n").compactMap {
            $0.split(separator: " ").last.map { String($0.split(separator: "@").first ?? $0) }
        }
    }

    @Test func aSharedObjectHasTheHeadersFunctionsAndNeedsTheCLibraryAlone() throws {
        let library = try BundledLibrary(BundleNets.families, in: folder)
        let object = folder.path + "/libnet.so"
        let objects = try library.objects()
        _ = try BundledLibrary.run(["cc", "-shared", "-Wl,-z,defs"] + objects + ["-o", object, "-lm"])
        let header = try library.text("net.h")
        let declared = header.matches(of: /\nNET_API [^;]*?\b(net_[a-z_]+)\(/).map { String($0.1) }
        #expect(declared.count > 12, "\(declared)")
        #expect(try symbols(["-D", "--defined-only", object]).sorted() == declared.sorted(), "what \(object) exports")

        for path in objects {
            let own = try symbols(["--defined-only", "--extern-only", path])
            #expect(own.allSatisfy { $0.hasPrefix("net_") }, "\(own.filter { !$0.hasPrefix("net_") }) in \(path)")
        }
        // Of the C library: no allocation, no output, no end of the program.
        let wanted: Set = ["memcpy", "memset", "memcmp", "memmove"]
        let mathematics = /(exp|log|sqrt|rint|floor|ceil|fabs|fma|tanh|erf|pow|sin|cos)f?/
        let needed = try symbols(["-D", "--undefined-only", object]).filter { !$0.hasPrefix("_") }
        let strange = needed.filter { !wanted.contains($0) && $0.wholeMatch(of: mathematics) == nil }
        #expect(strange == [], "what \(object) needs")
    }

    /// Of two graphs, and of one under two names.
    @Test(arguments: [true, false]) func twoBundlesFitIntoOneProgram(isOneGraph: Bool) throws {
        let first = try BundledLibrary(quick(BundleNets.tiny), in: folder, name: "first")
        let second = try BundledLibrary(
            quick(isOneGraph ? BundleNets.tiny : BundleNets.bands), in: folder, name: "first_net")
        let mains = try [(first, "first_main"), (second, "second_main")].map { library, main in
            let path = "\(folder.path)/\(main).o"
            _ = try BundledLibrary.run([
                "cc", "-std=c99", "-O1", "-Dmain=" + main, "-I", library.folder, "-c",
                library.folder + "/test/golden.c", "-o",
                path,
            ])
            return path
        }
        let program = try first.program(
            BundledLibrary.source("two.c"), others: mains + (try second.objects()))
        let output = try BundledLibrary.run([
            program, first.golden, first.weights, "--", second.golden, second.weights,
        ])
        #expect(output.matches(of: #/mask: /#).count == 3, "\(output)")
        // Nor do they take each other's weights and nets.
        let mixed = try Guide.run(
            "'\(program)' '\(first.golden)' '\(second.weights)' -- '\(second.golden)' '\(first.weights)'",
            in: folder.path)
        #expect(
            isOneGraph || mixed.status != 0 && mixed.output.contains("these are not the weights of this net"),
            "\(mixed)")
    }

    // MARK: Threads

    @Test func threadsAndNetsBesideEachOtherChangeNoBit() throws {
        let library = try BundledLibrary(BundleNets.families, in: folder)
        let output = try BundledLibrary.run([try library.program(BundledLibrary.source("threads.c")), library.weights])
        #expect(output.contains("tasks on 3 threads"), "\(output)")
    }

    @Test func theThreadSanitizerSeesNoRace() throws {
        let library = try BundledLibrary(quick(BundleNets.bands), in: folder)
        let program = try library.program(BundledLibrary.source("threads.c"), ["-fsanitize=thread"])
        // It knows no memory that lies where newer kernels put it.
        _ = try BundledLibrary.run(["setarch", "-R", program, library.weights])
    }

    // MARK: Wrong calls

    private static let sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]

    /// Pictures of all sizes and formats, damaged weights, memory that is too small; with `UNETC_LONG_TESTS=1` a million.
    @Test(arguments: [BundleNets.tiny, BundleNets.bands])
    func anyCallIsAnswered(_ net: BundledLibrary.Net) throws {
        var net = quick(net)
        net.flags += ["--batch", "2"]
        let library = try BundledLibrary(net, in: folder)
        try checkGolden(library, Self.sanitizers)
        let program = try library.program(BundledLibrary.source("fuzz.c"), Self.sanitizers)
        let cases = isLongRun ? net.name == "tiny" ? 1_000_000 : 100_000 : net.name == "tiny" ? 4000 : 400
        let output = try BundledLibrary.run([program, library.weights, "\(cases)", "1"])
        #expect(output.contains("\(cases) cases"), "\(output)")
    }

    /// The same with plans for tiles, whose memory is asked for apart.
    @Test func anyCallForTilesIsAnswered() throws {
        var net = BundleNets.tiny
        net.flags = ["--tile", "32"]
        let library = try BundledLibrary(net, in: folder)
        let program = try library.program(BundledLibrary.source("fuzz.c"), Self.sanitizers)
        let cases = isLongRun ? 50_000 : 500
        let output = try BundledLibrary.run([program, library.weights, "\(cases)", "2"])
        #expect(output.contains("\(cases) cases"), "\(output)")
    }

    @Test(.enabled(if: BundledLibrary.exists("valgrind"), "there is no valgrind"))
    func nothingIsReadThatNobodyWrote() throws {
        // valgrind 3.19 knows no AVX-512.
        let library = try BundledLibrary(quick(BundleNets.tiny), in: folder, target: .x86v1)
        for (source, arguments) in [
            (library.folder + "/test/golden.c", [library.golden, library.weights]),
            (BundledLibrary.source("fuzz.c"), [library.weights, "200", "3"]),
        ] {
            let program = try library.program(source)
            _ = try BundledLibrary.run(["valgrind", "-q", "--error-exitcode=99", program] + arguments)
        }
    }
}
