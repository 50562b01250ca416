import Base
import Emission
import FileAccess
import GraphIR
import KernelIR
import MemoryPlanning
import Passes
import Strategy

/// The README of a generated folder, for people who open it and know nothing of unetc.
struct FolderGuide {
    let session: Session
    let options: CompileOptions
    let model: EmittedModel
    let plans: [LoweredPlan]

    var text: String {
        ([heading, use, files, kernels, planTable, building, looking] + reports).joined(separator: "\n\n") + "\n"
    }

    private var graph: Graph { session.graph }
    private var batch: Int { options.batch ?? graph.training.batch }
    private var sourceName: String { Files.name(of: session.path) }
    private var isC: Bool { options.backend == .c }

    private var heading: String {
        let overrides = session.overrides.map { " `-D \($0.name)=\($0.value)`" }.joined()
        let parameters = graph.parameters.reduce(0) { $0 + graph[$1].type.elementCount }
        return """
            # \(graph.name), compiled

            The net of `\(sourceName)`\(overrides) as \(isC ? "C" : "Swift and C") for \(options.target.name), made by \
            unetc \(compilerVersion) for batches of up to \(batch). Everything here can be made again from that file; what \
            was changed by hand is not replaced then, unless by `--overwrite`.

            | | name | shape |
            |---|---|---|
            \(interface.joined(separator: "\n"))

            N is the batch. \(graph.parameters.count) parameters hold \(parameters) floats.
            """
    }

    private var interface: [String] {
        let leaves = graph.ids.compactMap { id -> String? in
            switch graph[id].op {
            case .input: "| input | `\(graph[id].name)` | \(graph[id].type) |"
            case .target: "| target | `\(graph[id].name)` | \(graph[id].type) |"
            default: nil
            }
        }
        return leaves + graph.outputs.map { "| output | `\($0.name)` | \(graph[$0.node].type) |" }
    }

    private var use: String {
        """
        ## Use

        ```
        ./trainer info                             what it is, and what memory it takes
        ./trainer train --data DIR --out RUN       DIR has images/ and masks/
        ./trainer predict PHOTO --run RUN --out OUT
        ./trainer --help
        ```
        """
    }

    private var files: String {
        let vectors = "unetc_vectors" + (isC ? ".h" : ".swift")
        let product = model.usesGemm ? "\n| `unetc_gemm.h` | the matrix product of OpenBLAS, as kernels call it |" : ""
        return """
            ## What is here

            | file | what |
            |---|---|
            | `trainer` | the program: it needs nothing else of this folder |
            | `model.h` | the net's interface, and the kernels' names by file |
            | `model.c` | the plans as tables of constants: tensors with their places, steps with their kernels |
            | `plan.txt` | the same tables to read: which step runs when, by what algorithm, where it writes (in bytes and, beside, MiB), what it reads, the line of the graph that it comes from, what the cost models say of it on one core (`ms`), and how much of 8, 16, 32 and 64 cores its tasks can use (`busy`, percent) |
            | `plan.json` | the same for programs, with why each algorithm was chosen |
            | `kernels/` | the kernels, a file for each group of layers |
            | `\(vectors)` | the vector operations that kernels use, in the instructions of the target |\(product)
            | `unetc_model.h` | the types of the tables: all that a program has to know to run the model |
            | `main.c` | hands the model to the trainer's library |
            | `dumps/` | the graph after each stage of the compiler, as text: `graph`, `backward`, `fused`, `program` |
            | `unetc_files.txt` | what unetc has written here, so that it replaces and removes nothing else |
            """
    }

    private var kernels: String {
        var order: [String] = []
        var functions: [String: [String]] = [:]
        var seen: Set<String> = []
        for kernel in model.kernels.joined().compactMap({ $0 }) where seen.insert(kernel.function).inserted {
            if functions[kernel.path] == nil { order.append(kernel.path) }
            functions[kernel.path, default: []].append(kernel.function)
        }
        let rows = order.map { path -> String in
            let names = functions[path] ?? []
            let shown = names.prefix(4).map { "`\($0)`" }.joined(separator: ", ")
            return "| `\(path)` | \(names.count) | \(shown)\(names.count > 4 ? ", …" : "") |"
        }
        return """
            ## The kernels

            A kernel is a function `void NAME(const unetc_call *call, int64_t task)`. It knows its layer's shape and does one task of \
            a step, such as some rows of one picture; tasks write disjoint places, so threads take them in any order and the bits are the \
            same. The comment above it has the line of `\(sourceName)`, operands and result with their shapes, and the algorithm. \
            `d_x` is the gradient of the loss by `x`, `grad.p` that by a parameter `p`. `nchw8c` is a layout: channels in blocks of 8, \
            which lie side by side at each position.

            | file | functions | such as |
            |---|---|---|
            \(rows.joined(separator: "\n"))
            | `kernels/optimizers\(isC ? ".c" : ".swift")` | | the optimisers, for all parameters |
            """
    }

    private var planTable: String {
        let rows = plans.map { plan -> String in
            let flops = plan.steps.reduce(0) { $0 + plan.work(of: $1).flops }
            return
                "| `\(plan.name)` | \(Self.purpose(plan.kind)) | \(plan.steps.count) | \(Text.fixed(flops / 1e6, 1)) | "
                + "\(Text.fixed(Double(plan.plan.arenaBytes) / 1_048_576, 2)) |"
        }
        return """
            ## The plans

            Before anything runs it is settled which steps there are, in what order, and where in one block of memory, the arena, each \
            value lies. Plans share kernels and the arena.

            | plan | computes | steps | MFLOP at its batch | arena, MiB |
            |---|---|---|---|---|
            \(rows.joined(separator: "\n"))
            """
    }

    private static func purpose(_ kind: LoweredPlan.Kind) -> String {
        switch kind {
        case .train: "forward, backward, the optimiser's step on each parameter"
        case .infer: "the outputs"
        case .forward: "the outputs and the loss"
        case .gradients: "forward and backward"
        case .tile: "the outputs, for a part of a large picture"
        case .tileHalf, .tileQuarter: "the same for smaller parts, and smaller pictures"
        case .deferred: "gradients of weights that the parts of a step leave to its end"
        }
    }

    private var building: String {
        guard isC else {
            return """
                ## Into a program of your own

                `unetc_model.h` says what a program has to do. The Swift files are compiled by `unetc compile`, with flags that keep the \
                Swift runtime out of the objects.
                """
        }
        let flags = ["-std=gnu11", "-O3", "-fno-tree-vectorize", "-ffp-contract=off"] + options.target.compilerFlags
        return """
            ## Into a program of your own

            ```
            cc \(flags.joined(separator: " ")) -fPIC -shared kernels/*.c model.c -o libmodel.so\(model.usesGemm ? " -lopenblas" : "") -lm
            ```

            makes a library with one symbol, `unetc_model_get()`; several nets in one program keep to their own kernels. `unetc_model.h` says what a program has to do: allocate the regions, \
            write inputs to their places, and call each step's kernel for each of its tasks. `-ffp-contract=off` keeps the bits.
            """
    }

    private var looking: String {
        """
        ## Looking closer

        ```
        unetc inspect \(sourceName) --html page.html      the graph, the arena and all kernels on one page
        unetc bench \(sourceName)                         where the time goes
        unetc verify \(sourceName)                        gradients, kernels and plans checked on this machine
        ```
        """
    }

    private var reports: [String] {
        plans.map { "## Memory of plan `\($0.name)`\n\n```\n\($0.plan.report)\n```" }
    }
}
