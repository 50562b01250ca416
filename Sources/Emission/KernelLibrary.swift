import Base
import GraphIR
import KernelIR
import Kernels

/// The functions of a model, each once, sorted into files by the layer they belong to.
///
/// Plans of one graph share most of their forward kernels; one that differs gets the plan's name behind its own.
package struct KernelLibrary {
    private struct Function {
        var kernel: Kernel
        var group: Int
        /// Empty until all are printed.
        var text = ""
    }

    private let target: Target
    private let backend: Backend
    private let naming: KernelNaming
    private var functions: [Function] = []
    private var indices: [String: Int] = [:]
    /// In the order in which they first appear.
    private var groups: [Group] = []
    private var groupIndices: [String: Int] = [:]
    private var fileNames: KernelFileNames
    package private(set) var usesGemm = false

    /// Functions of one file.
    private struct Group {
        var title: String
        var fileName: String
        var functions: [Int] = []
    }

    package init(target: Target, backend: Backend, naming: KernelNaming = KernelNaming()) {
        self.target = target
        self.backend = backend
        self.naming = naming
        fileNames = KernelFileNames(beside: naming.otherFiles)
    }

    /// Adds the step's kernel and returns its function's name; nil for steps without a kernel of their own.
    package mutating func add(_ step: PlannedStep, of plan: LoweredPlan) -> String? {
        guard var kernel = step.stage?.kernel else { return nil }
        kernel.name = naming.prefix + kernel.name
        if step.stage?.isPreparation ?? false {
            kernel.documentation.append("Reads parameters alone: what it makes is valid until they change.")
        }
        // Names of several nodes may give one identifier, in one plan or in several.
        let name = kernel.name
        var number = 1
        while let index = indices[kernel.name], functions[index].kernel != kernel {
            kernel.name = "\(name)_\(plan.name)" + (number > 1 ? "_\(number)" : "")
            number += 1
        }
        if indices[kernel.name] == nil {
            indices[kernel.name] = functions.count
            let group = group(of: plan.graph[step.node])
            groups[group].functions.append(functions.count)
            functions.append(Function(kernel: kernel, group: group))
            usesGemm = usesGemm || kernel.calls(gemmFunction)
        }
        return kernel.name
    }

    /// Prints what has been added, on so many threads.
    package mutating func printAll(threads: Int) {
        let kernels = functions.map(\.kernel)
        let backend = backend
        let printed = try? parallelMap(count: kernels.count, threads: threads) { printKernel(kernels[$0], in: backend) }
        // Where no thread can be started, this one has to do.
        for (index, text) in (printed ?? kernels.map { printKernel($0, in: backend) }).enumerated() {
            functions[index].text = text
        }
    }

    /// The function of that name, and where it is.
    func place(_ name: String) -> EmittedKernel? {
        indices[name].map { index in
            EmittedKernel(
                function: name, path: path(groups[functions[index].group].fileName), text: functions[index].text)
        }
    }

    /// The functions of each file, in the order in which files and functions first appear.
    package var contents: [(path: String, functions: [String])] {
        groups.map { group in (path(group.fileName), group.functions.map { functions[$0].kernel.name }) }
    }

    private func path(_ fileName: String) -> String { "\(naming.folder)/\(fileName)\(backend.fileSuffix)" }

    /// One file per group, in the order in which groups first appear.
    package func files() -> [EmittedFile] {
        groups.map { group in
            let members = group.functions.map { functions[$0] }
            return file(
                group.fileName, title: "Kernels of \(group.title).", members.map(\.kernel), members.map(\.text))
        }
    }

    func optimizerFile(_ optimizers: [OptimizerKernel], _ training: TrainingKernels) -> EmittedFile {
        let kernels = optimizers.map(\.kernel) + training.all
        return file(
            KernelFileNames.optimizers,
            title: "The optimisers, sums of gradients and moving averages: one function each, for every parameter.",
            kernels, kernels.map { printKernel($0, in: backend) })
    }

    private func file(_ name: String, title: String, _ kernels: [Kernel], _ texts: [String]) -> EmittedFile {
        let callsGemm = kernels.contains { $0.calls(gemmFunction) }
        return EmittedFile(
            path: path(name),
            text: backend.opening(title: title, naming, callsGemm: callsGemm)
                + texts.map { "\n" + $0 }.joined())
    }

    /// The layer group that a node belongs to: `enc1` for `enc1_2`, `d_enc1_2`, `grad.enc1_2.weight`.
    private mutating func group(of node: Node) -> Int {
        var name = Substring(node.name)
        for prefix in ["grad.", "d_", "update."] where name.hasPrefix(prefix) { name = name.dropFirst(prefix.count) }
        let separators = "_./:-"
        let start = name.drop { separators.contains($0) }.prefix { !separators.contains($0) }
        let title = cIdentifier(start.isEmpty ? "graph" : String(start))
        if let known = groupIndices[title] { return known }
        groupIndices[title] = groups.count
        groups.append(Group(title: title, fileName: fileNames.claim(title)))
        return groups.count - 1
    }
}

extension Kernel {
    /// True when some statement calls the function.
    func calls(_ function: String) -> Bool { body.contains { $0.calls(function) } }
}

extension Statement {
    fileprivate func calls(_ function: String) -> Bool {
        switch self {
        case .call(let name, _): name == function
        case .loop(_, _, _, _, let body), .unrolled(_, _, let body): body.contains { $0.calls(function) }
        case .conditional(_, let body, let otherwise): (body + otherwise).contains { $0.calls(function) }
        case .comment, .letIndex, .declare, .declareArray, .assign, .assignElement, .store: false
        }
    }
}
