import Base
import Emission
import GraphIR
import MemoryPlanning

/// The whole story of one plan on one page of HTML that needs nothing beside it: the graph at each stage drawn as a U, the
/// source, the steps with their kernels, the arena over time, and measured times where there are any.
///
/// The page draws itself from data; `Resources` holds its parts as they are written.
public struct InspectionPage: Sendable {
    /// The graph's file, without its folder.
    public var sourceName: String
    public var sourceText: String
    /// From `graph` to `planned`, in order.
    public var stages: [StageDump]
    public var lowered: LoweredPlan
    /// By step of `lowered`, its function; nil for updates, which share one.
    public var kernels: [EmittedKernel?]
    /// What it was compiled for: processor, language of the kernels, version of the compiler.
    public var target: String
    public var language: String
    public var compiler: String
    public var profile: StepProfile?

    public init(
        sourceName: String, sourceText: String, stages: [StageDump], lowered: LoweredPlan, kernels: [EmittedKernel?],
        target: String, language: String, compiler: String, profile: StepProfile? = nil
    ) {
        self.sourceName = sourceName
        self.sourceText = sourceText
        self.stages = stages
        self.lowered = lowered
        self.kernels = kernels
        self.target = target
        self.language = language
        self.compiler = compiler
        self.profile = profile
    }

    /// Steps of the profile that this plan does not have: it was compiled in another way.
    public var strangersInProfile: [String] {
        let known = Set(lowered.steps.map(\.name))
        return profile?.layers.map(\.name).filter { !known.contains($0) } ?? []
    }

    /// The page. The same graph, flags and profile give the same bytes in every process.
    public var html: String {
        let parts: [(String, String)] = [
            ("{{title}}", Markup.text("\(lowered.graph.name), plan \(lowered.name)")),
            ("{{style}}", text(PackageResources.page_css)),
            ("{{data}}", data.text.escapedForScript),
            ("{{code}}", code.text.escapedForScript),
            ("{{script}}", script),
        ]
        // Cut at the marks first: what is put in may hold anything.
        var rest = text(PackageResources.page_html)[...]
        var page = ""
        for (mark, content) in parts {
            guard let place = rest.firstRange(of: mark) else { fatalError("the page has no place for \(mark)") }
            page += rest[..<place.lowerBound] + content
            rest = rest[place.upperBound...]
        }
        return page + rest
    }

    /// All of it in one function, so that nothing of it is visible to others.
    private var script: String {
        let files = [
            PackageResources.tools_js, PackageResources.model_js, PackageResources.graph_js, PackageResources.arena_js,
            PackageResources.details_js, PackageResources.steps_js, PackageResources.search_js,
            PackageResources.main_js,
        ]
        return "(() => {\n\"use strict\";\n" + files.map(text).joined(separator: "\n") + "})();\n"
    }

    private func text(_ resource: [UInt8]) -> String { String(decoding: resource, as: UTF8.self) }
}

extension String {
    /// JSON that ends no script element and opens no comment, whatever names it holds.
    fileprivate var escapedForScript: String { replacing("<", with: "\\u003c") }
}
