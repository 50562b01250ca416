import Base
import Emission
import GraphIR
import KernelIR
import Kernels

/// The kernels and tables of one target, as text in which all names begin with `unetc_`.
struct TargetFiles {
    private let target: BundleTarget
    private let interface: PictureInterface
    private let functions: [[String]]
    private let library: KernelLibrary

    /// - Parameter threads: that print kernels.
    init(_ target: BundleTarget, _ interface: PictureInterface, threads: Int) {
        self.target = target
        self.interface = interface
        let naming = KernelNaming(
            prefix: "unetc_\(target.identifier)_", folder: target.folder, headers: ["kernels.h", "vectors.h"])
        var library = KernelLibrary(target: target.target, backend: .c, naming: naming)
        functions = target.plans.map { plan in plan.steps.map { library.add($0, of: plan) ?? "NULL" } }
        library.printAll(threads: threads)
        self.library = library
    }

    var usesGemm: Bool { library.usesGemm }

    /// The text of all of them.
    var files: [EmittedFile] {
        [
            EmittedFile(path: "\(target.folder)/vectors.h", text: Backend.c.vectors(for: target.target).text),
            EmittedFile(path: "\(target.folder)/kernels.h", text: header),
            EmittedFile(path: "\(target.folder)/plans.c", text: plans),
        ] + library.files()
    }

    /// Paths of what is compiled.
    var sources: [String] { files.map(\.path).filter { $0.hasSuffix(".c") } }

    private var header: String {
        let declarations = library.contents.flatMap { file in
            ["", "/* \(commentText(file.path)) */"]
                + file.functions.map { "void \($0)(const unetc_call *call, int64_t task);" }
        }
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

            extern const unetc_plan unetc_\(target.identifier)_plans[];

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
            /* steps, operands, how many of both, samples, bytes (arena, prepared, derived, a thread's scratch), input and output
             * (offset, bytes a sample, channels, height, width), tiling */
            const unetc_plan unetc_\(target.identifier)_plans[] = {
            \(rows.joined(separator: "\n"))
            };

            """
    }

    private func tables(of plan: LoweredPlan, _ functions: [String]) -> String {
        let operands = plan.steps.enumerated().map { number, step in
            let places = step.operands.map { place(plan.tensors[$0]) }.joined(separator: ", ")
            let names = step.operands.map { plan.tensors[$0].name }.joined(separator: ", ")
            return "    \(places), /* \(number) \(commentText(names)) */"
        }
        let steps = plan.steps.enumerated().map { number, step in
            let numbers = StepNumbers(step, plan.graph[step.node], plan)
            return "    {\(functions[number]), \(step.operands.count), \(step.isPreparation ? 1 : 0), "
                + "\(numbers.tasksPerSample), \(numbers.tasksFixed)}, "
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

            /* kernel, operands, whether it reads weights alone, tasks a sample, tasks besides */
            static const unetc_step \(plan.name)_steps[] = {
            \(steps.joined(separator: "\n"))
            };
            \(tiling ?? "")

            """
    }

    private func place(_ tensor: TensorEntry) -> String {
        let region =
            switch tensor.region {
            case .parameters: "WEIGHTS"
            case .prepared: "PREPARED"
            case .derived: "DERIVED"
            default: "ARENA"
            }
        return "UNETC_AT(UNETC_\(region), \(tensor.offset))"
    }

    private func row(_ plan: LoweredPlan) -> String {
        let operands = plan.steps.reduce(0) { $0 + $1.operands.count }
        let workspace = plan.steps.map(\.workspaceBytes).max() ?? 0
        let maps = [(interface.input, TensorRole.input), (interface.output, .output)].map { name, role in
            let map = plan.tensors.first { $0.name == name && $0.role == role }
            let shape = (map?.type.shape ?? []) + [0, 0, 0]
            return "{\(map?.offset ?? 0), \(map?.sampleStrideBytes ?? 0), \(shape[0]), \(shape[1]), \(shape[2])}"
        }
        let memory = plan.plan
        return
            "    {\(plan.name)_steps, \(plan.name)_operands, \(plan.steps.count), \(operands), \(memory.batchCapacity), "
            + "\(memory.arenaBytes), \(memory.preparedBytes), \(memory.derivedBytes), \(workspace), "
            + maps.joined(separator: ", ") + ", \(plan.tile == nil ? "NULL" : "&\(plan.name)_tiling")},"
    }
}
