import Base
import GraphIR
import KernelIR
import Kernels

/// A file of the generated folder, relative to it.
public struct EmittedFile: Hashable, Sendable {
    public var path: String
    public var text: String

    public init(path: String, text: String) {
        self.path = path
        self.text = text
    }
}

/// A function of the generated folder.
public struct EmittedKernel: Hashable, Sendable {
    public var function: String
    /// Of its file, relative to the folder.
    public var path: String
    /// The function, with the comment above it.
    public var text: String
}

/// Everything that the emitted model says about itself.
public struct ModelDescription: Sendable {
    public var compilerVersion: String
    /// The graph as the user wrote it, and its file's name.
    public var sourceText: String
    public var sourceName: String
    /// The graph's compile-time parameters and their values.
    public var parameters: [(name: String, value: String)]
    public var target: Target
    public var batchCapacity: Int
    /// Samples of a step where the trainer is not told; nil for as many as `batchCapacity` and the graph allow.
    public var stepBatch: Int?
    /// What the trainer may take, in bytes.
    public var memoryBudget: Int?
    /// How feature maps are stored and multiplied.
    public var precision = ElementType.float32
    /// Why a step cannot be cut into parts whose gradients are summed; nil where it can.
    public var obstacleToSplitting: String?
    /// Of the elaborated graph.
    public var structureHash: String

    public init(
        compilerVersion: String, sourceText: String, sourceName: String, parameters: [(name: String, value: String)],
        target: Target, batchCapacity: Int, graph: Graph
    ) {
        self.compilerVersion = compilerVersion
        self.sourceText = sourceText
        self.sourceName = sourceName
        self.parameters = parameters
        self.target = target
        self.batchCapacity = batchCapacity
        obstacleToSplitting = graph.obstacleToSplitting
        structureHash = graph.structureHash
    }
}

/// A model as source text: headers, one file of kernels per group of layers in the language of the backend, the tables
/// and the trainer's `main` in C.
public struct EmittedModel: Sendable {
    public var files: [EmittedFile]
    /// The files to compile to an object each, in order.
    public var sources: [String] {
        files.map(\.path).filter { path in
            path.hasSuffix(".c") && path != "main.c" || path.hasPrefix("kernels/") && path.hasSuffix(".swift")
        }
    }
    /// Swift files that are compiled together with each Swift file of kernels.
    public var swiftSupport: [String] {
        files.map(\.path).filter { $0.hasSuffix(".swift") && !$0.hasPrefix("kernels/") }
    }
    /// Files beside the kernels that not every model has.
    public static let supportFiles = ["unetc_vectors.h", "unetc_vectors.swift", "unetc_gemm.h", "unetc_gemm.swift"]
    /// True when a step calls the BLAS.
    public var usesGemm: Bool
    /// By plan and step, the step's function; nil for updates, which share one.
    public var kernels: [[EmittedKernel?]]

    /// Prints the plans of one graph, on so many threads; the first plan's graph names the model.
    public init(plans: [LoweredPlan], description: ModelDescription, backend: Backend = .c, threads: Int = 1) {
        var library = KernelLibrary(target: description.target, backend: backend)
        let functions = plans.map { plan in plan.steps.map { library.add($0, of: plan) } }
        library.printAll(threads: threads)
        let largest = plans.first?.tensors.filter { $0.role == .parameter }.map { $0.type.elementCount }.max() ?? 1
        let optimizers = optimizerKernels(target: description.target, largest: largest)
        let training = TrainingKernels(target: description.target, largest: largest)
        usesGemm = library.usesGemm
        kernels = functions.map { $0.map { $0.flatMap(library.place) } }
        let optimizerFile = library.optimizerFile(optimizers, training)
        let contents =
            library.contents + [(optimizerFile.path, (optimizers.map(\.kernel) + training.all).map(\.name))]
        let tables = ModelTables(
            plans: plans, functions: functions, contents: contents, optimizers: optimizers, training: training,
            description: description, usesGemm: library.usesGemm)
        files = [
            EmittedFile(path: "unetc_model.h", text: String(decoding: PackageResources.unetc_model_h, as: UTF8.self)),
            backend.vectors(for: description.target),
            EmittedFile(path: "model.h", text: tables.header),
        ]
        if usesGemm {
            files.append(EmittedFile(path: "unetc_gemm.h", text: gemmHeader))
            if backend == .swift { files.append(EmittedFile(path: "unetc_gemm.swift", text: swiftGemm)) }
        }
        files += library.files()
        files.append(optimizerFile)
        files.append(EmittedFile(path: "model.c", text: tables.source))
        files.append(EmittedFile(path: "main.c", text: mainSource))
        files.append(EmittedFile(path: "plan.json", text: tables.planJSON.pretty(depth: 4) + "\n"))
    }
}

/// What the emitted code needs of a BLAS.
private let gemmHeader = """
    /* The matrix product that kernels call, and the check that it computes what it should. */
    #ifndef UNETC_GEMM_H
    #define UNETC_GEMM_H

    #include <cblas.h>
    #include <stdint.h>

    /* c = a * b + beta * c, row-major, m x k times k x n; on the calling thread alone. */
    static inline void unetc_gemm(
        int64_t transpose_a, int64_t transpose_b, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda,
        const float *b, int64_t ldb, float beta, float *c, int64_t ldc) {
        cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans,
                    (blasint)m, (blasint)n, (blasint)k, 1.0f, a, (blasint)lda, b, (blasint)ldb, beta, c, (blasint)ldc);
    }

    #endif

    """

private let mainSource = """
    /* The trainer: the model beside this file, and the library that runs it. */
    #include "unetc_model.h"

    int unetc_trainer_main(int argc, char **argv, const unetc_model *model);

    int main(int argc, char **argv) { return unetc_trainer_main(argc, argv, unetc_model_get()); }

    """
