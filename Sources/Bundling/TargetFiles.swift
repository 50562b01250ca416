import Base
import Emission
import GraphIR
import KernelIR
import Kernels
import MemoryPlanning

/// The kernels and tables of one target, as text in which all names begin with `unetc_`.
struct TargetFiles {
    private let target: BundleTarget
    private let interface: PictureInterface
    private let functions: [[String]]
    private let trainingFunctions: [String]
    private let library: KernelLibrary
    /// Takes the optimiser's step on a parameter; nil for bundles that do not learn.
    private let optimizer: Kernel?

    /// - Parameter threads: that print kernels.
    init(_ target: BundleTarget, _ interface: PictureInterface, threads: Int) {
        self.target = target
        self.interface = interface
        let naming = KernelNaming(
            prefix: "unetc_\(target.identifier)_", folder: target.folder, headers: ["kernels.h", "vectors.h"],
            productHeader: "../../unetc_product.h", otherFiles: ["plans"])
        var library = KernelLibrary(target: target.target, backend: .c, naming: naming)
        functions = target.plans.map { plan in plan.steps.map { library.add($0, of: plan) ?? "NULL" } }
        let optimizer = target.training.flatMap { plan in
            Self.optimizer(of: plan, for: target.target, prefix: naming.prefix)
        }
        trainingFunctions =
            target.training.map { plan in
                plan.steps.map { library.add($0, of: plan) ?? optimizer?.name ?? "NULL" }
            } ?? []
        self.optimizer = optimizer
        library.printAll(threads: threads)
        self.library = library
    }

    private static func optimizer(of plan: LoweredPlan, for target: Target, prefix: String) -> Kernel? {
        let largest = plan.tensors.filter { $0.role == .parameter }.map(\.type.elementCount).max() ?? 1
        let name = plan.graph.training.optimizer.name
        var kernel = optimizerKernels(target: target, largest: largest).first { $0.name == name }?.kernel
        if let known = kernel?.name { kernel?.name = prefix + known }
        return kernel
    }

    var usesGemm: Bool { library.usesGemm }

    /// The text of all of them.
    var files: [EmittedFile] {
        [
            EmittedFile(path: "\(target.folder)/vectors.h", text: Backend.c.vectors(for: target.target).text),
            EmittedFile(path: "\(target.folder)/kernels.h", text: header),
            EmittedFile(path: "\(target.folder)/plans.c", text: plans),
        ] + library.files() + optimizerFiles
    }

    private var optimizerFiles: [EmittedFile] {
        guard let optimizer else { return [] }
        let opening = "/* The optimiser's step on a parameter. */\n#include \"kernels.h\"\n#include \"vectors.h\"\n\n"
        return [EmittedFile(path: "\(target.folder)/optimizer_step.c", text: opening + printC(optimizer))]
    }

    /// Paths of what is compiled.
    var sources: [String] { files.map(\.path).filter { $0.hasSuffix(".c") } }

    private var header: String {
        let files = library.contents + (optimizer.map { [("\(target.folder)/optimizer_step.c", [$0.name])] } ?? [])
        let declarations = files.flatMap { file in
            ["", "/* \(commentText(file.path)) */"]
                + file.functions.map { "void \($0)(const unetc_call *call, int64_t task);" }
        }
        let training =
            target.training == nil ? "" : "\nextern const unetc_plan unetc_\(target.identifier)_training_plans[];"
        return """
            /* The kernels for \(target.target.name). A kernel computes one task of a step; tasks may run in any order and at once. */
            #ifndef UNETC_\(target.identifier.uppercased())_KERNELS_H
            #define UNETC_\(target.identifier.uppercased())_KERNELS_H

            #include "../../unetc_internal.h"

            #ifdef __cplusplus
            extern "C" {
            #endif
            #if defined(__GNUC__)
            #pragma GCC visibility push(hidden)
            #endif
            \(declarations.joined(separator: "\n"))

            extern const unetc_plan unetc_\(target.identifier)_plans[];\(training)

            #if defined(__GNUC__)
            #pragma GCC visibility pop
            #endif
            #ifdef __cplusplus
            }
            #endif
            #endif

            """
    }

    // MARK: Tables

    private var plans: String {
        let texts = zip(target.plans, functions).map { tables(of: $0, $1) }
        let rows = target.plans.map(row)
        return """
            /* Which step runs when, for \(target.target.name), and where what it reads and writes lies. */
            #include "kernels.h"
            \(texts.joined())
            /* steps, operands, how many of both, samples, bytes (arena, prepared, derived, a thread's scratch), input, output and
             * target (offset, bytes a sample, channels, height, width), place of the loss, tiling */
            const unetc_plan unetc_\(target.identifier)_plans[] = {
            \(rows.joined(separator: "\n"))
            };
            \(trainingPlans)
            """
    }

    private var trainingPlans: String {
        guard let plan = target.training else { return "" }
        return tables(of: plan, trainingFunctions) + """

            const unetc_plan unetc_\(target.identifier)_training_plans[] = {
            \(row(plan))
            };

            """
    }

    private func tables(of plan: LoweredPlan, _ functions: [String]) -> String {
        let operands = plan.steps.enumerated().map { number, step in
            let places = places(of: step, in: plan).joined(separator: ", ")
            let names = step.operands.map { plan.tensors[$0].name }.joined(separator: ", ")
            return "    \(places), /* \(number) \(commentText(names)) */"
        }
        let steps = plan.steps.enumerated().map { number, step in
            let numbers = StepNumbers(step, plan.graph[step.node], plan)
            return "    {\(functions[number]), \(places(of: step, in: plan).count), \(step.isPreparation ? 1 : 0), "
                + "\(numbers.tasksPerSample), \(numbers.tasksFixed), \(numbers.count)}, "
                + "/* \(number) \(commentText(step.name)): \(commentText(step.operation)), \(commentText(step.algorithm)) */"
        }
        let tiling = plan.tile.map { tile in
            """

            static const unetc_tiling \(plan.name)_tiling = {
                {\(tile.alignment.height), \(tile.alignment.width)}, {\(tile.halo.top), \(tile.halo.left)}, {\(tile.halo.bottom), \(tile.halo.right)},
            };

            """
        }
        return """

            /* Plan "\(plan.name)". Of each step its results, then what it reads. */
            static const uint64_t \(plan.name)_operands[] = {
            \(operands.joined(separator: "\n"))
            };

            /* kernel, operands, whether it reads weights alone, tasks a sample, tasks besides, elements of an update */
            static const unetc_step \(plan.name)_steps[] = {
            \(steps.joined(separator: "\n"))
            };
            \(tiling ?? "")

            """
    }

    /// Where a step's operands lie: behind those of an update the parameter's moments.
    private func places(of step: PlannedStep, in plan: LoweredPlan) -> [String] {
        let tensors = step.operands.map { plan.tensors[$0] }
        let places = tensors.map { place($0.offset, in: $0.region.constant) }
        guard step.stage == nil, let parameter = tensors.first else { return places }
        return places + ["MOMENT1", "MOMENT2"].map { place(parameter.offset, in: $0) }
    }

    private func place(_ offset: Int, in region: String) -> String { "UNETC_AT(UNETC_\(region), \(offset))" }

    private func row(_ plan: LoweredPlan) -> String {
        let operands = plan.steps.reduce(0) { $0 + places(of: $1, in: plan).count }
        let workspace = plan.steps.map(\.workspaceBytes).max() ?? 0
        let maps = [(interface.input, TensorRole.input), (interface.output, .output), (nil, .target)].map {
            name, role in
            let map = plan.tensors.first { $0.role == role && (name == nil || $0.name == name) }
            // A class map has no channels of its own.
            let shape = map.map { $0.type.shape.count == 2 ? [1] + $0.type.shape : $0.type.shape } ?? [0, 0, 0]
            return "{\(map?.offset ?? 0), \(map?.sampleStrideBytes ?? 0), \(shape[0]), \(shape[1]), \(shape[2])}"
        }
        let loss = plan.tensors.first { $0.role == .loss }?.offset ?? 0
        let memory = plan.plan
        return
            "    {\(plan.name)_steps, \(plan.name)_operands, \(plan.steps.count), \(operands), \(memory.batchCapacity), "
            + "\(memory.arenaBytes), \(memory.preparedBytes), \(memory.derivedBytes), \(workspace), "
            + maps.joined(separator: ", ") + ", \(loss), \(plan.tile == nil ? "NULL" : "&\(plan.name)_tiling")},"
    }
}

extension StorageBuffer.Region {
    /// Its name in `UNETC_…`.
    fileprivate var constant: String {
        switch self {
        case .parameters: "WEIGHTS"
        case .prepared: "PREPARED"
        case .derived: "DERIVED"
        default: "ARENA"
        }
    }
}
