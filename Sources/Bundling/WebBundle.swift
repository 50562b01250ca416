import Base
import Emission
import KernelIR
import Kernels

/// A trained net for browsers: a page that needs nothing beside it, and a module for pages of others.
///
/// All that depends on the net is in one file, `NAME.wasm`: a module of WebAssembly, and behind it in sections of their own
/// the weights and the module once more, for browsers and pages that can do more.
public struct WebBundle: Sendable {
    /// What a module is linked of.
    public struct Module: Sendable {
        /// What it is called in the file.
        var name: String
        /// Files, by their paths, and flags that they are compiled with besides `compilerFlags`.
        public var sources: [(path: String, flags: [String])]
        public var linkerFlags: [String]
    }

    /// What there is to compile.
    public let sources: [EmittedFile]
    /// Of all files; `$` stands for the folder in which they are.
    public let compilerFlags: [String]
    /// The one that any browser runs comes first.
    public let modules: [Module]

    private let description: BundleDescription
    private let interface: PictureInterface
    private let weights: BundleWeights

    /// - Parameters:
    ///   - description: with `wasm32` for its only target.
    ///   - threads: that print kernels.
    /// - Throws: `BundleError` for nets that take no pictures of a browser.
    public init(_ description: BundleDescription, _ weights: BundleWeights, threads: Int) throws {
        var description = description
        description.embedsWeights = false
        let bundle = Bundle(description, weights, threads: threads)
        interface = bundle.interface
        let channels = interface.inputShape[0]
        guard [1, 3, 4].contains(channels) else {
            throw BundleError("a page feeds pictures of 1, 3 or 4 channels; the net takes \(channels)")
        }
        self.description = description
        self.weights = weights
        let names = description.names
        let library = bundle.files.filter {
            !$0.path.hasPrefix("example/") && !$0.path.hasPrefix("test/")
                && ($0.path.hasSuffix(".c") || $0.path.hasSuffix(".h"))
        }
        let own = [
            ("web.c", PackageResources.unetc_web_c), ("include/string.h", PackageResources.unetc_web_string_h),
            ("include/math.h", PackageResources.unetc_web_math_h),
        ]
        sources = library + own.map { EmittedFile(path: $0.0, text: names.renamed(Bundle.text($0.1))) }
        compilerFlags =
            ["--target=wasm32-unknown-unknown", "-std=c99", "-nostdlibinc", "-isystem", "$/include", "-I", "$"]
            + BundleBuild.flags + Target.wasm32.compilerFlags
            + ["-matomics", "-mbulk-memory", "-mmutable-globals", "-fvisibility=hidden"]
        let paths = sources.map(\.path).filter { $0.hasSuffix(".c") }
        modules = [
            ("simd", false, false), ("relaxed", true, false), ("threads-simd", false, true),
            ("threads-relaxed", true, true),
        ]
        .map { name, isRelaxed, sharesMemory in
            Module(
                name: name, sources: paths.map { ($0, Self.flags(of: $0, isRelaxed: isRelaxed)) },
                linkerFlags: Self.linkerFlags + (sharesMemory ? Self.sharedMemoryFlags : []))
        }
    }

    private static func flags(of path: String, isRelaxed: Bool) -> [String] {
        // What it has in place of the C library's functions must not become calls of them.
        if path == "web.c" { return ["-fno-builtin"] }
        return isRelaxed && path.hasPrefix("kernels/") ? ["-mrelaxed-simd"] : []
    }

    private static let linkerFlags = [
        "--no-entry", "--strip-all", "--gc-sections", "--stack-first", "-z", "stack-size=131072",
        "--export=__heap_base",
    ]

    /// The sizes are those of `sharedPages` in the script.
    private static let sharedMemoryFlags = [
        "--shared-memory", "--import-memory", "--initial-memory=16777216", "--max-memory=1073741824",
        "--export=__stack_pointer",
    ]

    // MARK: Files

    /// The files for browsers, by their paths in the bundle.
    /// - Parameter linked: what has been linked of `modules`, in their order.
    public func files(_ linked: [[UInt8]]) -> [(path: String, bytes: [UInt8])] {
        let prefix = description.names.prefix
        let packed = packed(linked)
        let script = net
        let module = script + filled(PackageResources.unetc_web_module_js, marks)
        return [
            ("web/index.html", Array(page(packed, script).utf8)), ("web/\(prefix).js", Array(module.utf8)),
            ("web/\(prefix).d.ts", Array(filled(PackageResources.unetc_web_module_d_ts, marks).utf8)),
            ("web/\(prefix).wasm", packed),
        ]
    }

    /// The first module, and behind it what browsers do not look at.
    private func packed(_ linked: [[UInt8]]) -> [UInt8] {
        var bytes = linked.first ?? []
        bytes += Self.section("weights", weights.bytes)
        for (module, code) in zip(modules, linked).dropFirst() { bytes += Self.section(module.name, code) }
        return bytes
    }

    /// A section of a kind that WebAssembly leaves to whoever wants one.
    private static func section(_ name: String, _ contents: [UInt8]) -> [UInt8] {
        func number(_ value: Int) -> [UInt8] {
            value < 128 ? [UInt8(value)] : [UInt8(value & 127 | 128)] + number(value >> 7)
        }
        let name = Array("unetc.\(name)".utf8)
        let head = number(name.count) + name
        return [0] + number(head.count + contents.count) + head + contents
    }

    private var net: String { filled(PackageResources.unetc_web_net_js, marks) }

    private func page(_ packed: [UInt8], _ net: String) -> String {
        let title = Markup.text(description.graphName)
        // Lengths that base64 has no need to fill up.
        let pieces = stride(from: 0, to: packed.count, by: 786_432).map {
            "<script type=\"text/plain\" class=\"part\">"
                + Base64.text(of: packed[$0..<min($0 + 786_432, packed.count)]) + "</script>"
        }
        let facts = facts + [("moduleBytes", .integer(packed.count)), ("parts", .integer(pieces.count))]
        return filled(
            PackageResources.unetc_web_page_html,
            [
                "title": title, "subtitle": Markup.text(subtitle), "info": Self.text(facts),
                "version": description.compilerVersion,
                "download": interface.task == .reconstruction ? "Download the result (PNG)" : "Download the mask (PNG)",
                "style": Bundle.text(PackageResources.unetc_web_page_css),
                "code": net + Bundle.text(PackageResources.unetc_web_worker_js),
                "script": script, "parts": pieces.joined(separator: "\n"),
            ])
    }

    private var script: String {
        [
            PackageResources.unetc_web_loading_js, PackageResources.unetc_web_png_js,
            PackageResources.unetc_web_page_js,
        ].map(Bundle.text).joined(separator: "\n")
    }

    private var subtitle: String {
        switch interface.task {
        case .mask: "Says which pixels of a picture are object"
        case .classes(let count): "Says which of \(count) classes each pixel of a picture is"
        case .labels(let count): "Says which of \(count) labels each pixel of a picture has"
        case .reconstruction: "Makes a picture again"
        }
    }

    // MARK: Texts

    /// What the texts are told of the net.
    private var marks: [String: String] {
        let header = BundleHeader(description: description, interface: interface)
        return [
            "graph": commentText(description.graphName), "version": description.compilerVersion,
            "prefix": description.names.prefix, "info": Self.text(facts), "mask": header.maskMeaning,
            "maskChannels": interface.maskChannels == 1 ? "" : ", \(interface.maskChannels)",
            "values": header.valueMeaning, "outputChannels": String(interface.outputShape[0]),
        ]
    }

    private var facts: [JSON.Member] {
        let (input, output) = (interface.inputShape, interface.outputShape)
        let task =
            switch interface.task {
            case .mask: "mask"
            case .classes: "classes"
            case .labels: "labels"
            case .reconstruction: "reconstruction"
            }
        return [
            ("name", .string(description.names.prefix)), ("channels", .integer(input[0])),
            ("height", .integer(input[1])), ("width", .integer(input[2])), ("outputChannels", .integer(output[0])),
            ("maskChannels", .integer(interface.maskChannels)), ("task", .string(task)),
            ("threshold", .number(description.pictures.threshold)),
            ("classNames", .array(description.classNames.map(JSON.string))),
            ("precision", .string(description.precision)), ("weightBytes", .integer(weights.bytes.count)),
        ]
    }

    /// As it may stand in a script of a page: names are the user's.
    private static func text(_ facts: [JSON.Member]) -> String {
        JSON.object(facts).text.replacing("<", with: "\\u003c")
    }

    /// A text with what its marks, `{{name}}`, stand for; what is put in may hold anything.
    private func filled(_ resource: [UInt8], _ marks: [String: String]) -> String {
        var rest = Bundle.text(resource)[...]
        var result = ""
        while let start = rest.firstRange(of: "{{"), let end = rest[start.upperBound...].firstRange(of: "}}") {
            let name = String(rest[start.upperBound..<end.lowerBound])
            guard let content = marks[name] else { fatalError("nothing is to be put at {{\(name)}}") }
            result += rest[..<start.lowerBound] + content
            rest = rest[end.upperBound...]
        }
        return result + rest
    }
}
