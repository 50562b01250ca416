import Base
import GraphIR
import KernelIR
import Kernels
import MemoryPlanning
import Passes
import Programs

/// How a graph is to be compiled.
public struct CompileOptions: Sendable {
    public var target: Target
    /// Samples the plans are sized for; nil takes the graph's `batch`.
    public var batch: Int?
    public var plans: [PlanKind] = [.train, .infer, .forward]
    /// Height and width of the input of the plan `tile`, rounded up to what the graph can take; nil chooses.
    public var tileSize: Extent?
    public var strategy = PlanningOptions.Strategy.best
    /// What the plan `train` makes a second time, to save memory.
    public var recomputation = Recomputation.nearlyFree
    /// What the plan `train` leaves to the plan `deferred`, which is then there as well, for `stepBatch` samples.
    public var deferred: DeferredGradients?
    /// What the trainer may take, in bytes; it keeps fewer pictures where it would take more.
    public var memoryBudget: Int?
    /// Samples of a step where the trainer is not told: more than `batch` where a step is cut into parts.
    public var stepBatch: Int?
    public var fuses = true
    public var convolutions = ConvolutionChoice.auto
    /// Whether no convolution is computed by OpenBLAS that anything else can compute.
    public var avoidsBLAS = false
    /// How feature maps are stored between steps, and what convolutions multiply where their algorithms can; sums,
    /// parameters and losses are 32-bit floats whatever that is. nil takes the graph's.
    public var precision: ElementType?
    /// The language of the kernels.
    public var backend = Backend.c
    /// Algorithms that have been measured to be the fastest, by `Op.tuningKey`.
    public var winners: [String: ConvolutionAlgorithm] = [:]
    /// How values are stored between steps, by their names; the others as 32-bit floats, as what callers read always is.
    package var elements: [String: ElementType] = [:]
    /// Inputs to differentiate with respect to.
    public var withRespectTo: [String] = []
    /// A bug to put into a kernel; nil but in tests.
    public var plantedFault: PlantedFault?
    /// Whether files in the output folder that are not unetc's, or not any more, are replaced.
    public var overwrites = false
    public var jobs: Int
    /// Where compiled objects are kept for the next time; nil is the user's cache.
    public var cacheFolder: String?

    public init(target: Target, batch: Int? = nil, jobs: Int) {
        self.target = target
        self.batch = batch
        self.jobs = jobs
    }
}
