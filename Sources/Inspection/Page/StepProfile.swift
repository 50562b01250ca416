/// Measured times of a plan's steps, as `unetc bench --json` writes them.
public struct StepProfile: Hashable, Sendable {
    public struct Layer: Hashable, Sendable {
        /// The step's, such as `enc1_2#1`.
        public var name: String
        public var milliseconds: Double
        /// Of the plain mathematical operation.
        public var gflops: Double
        public var percentOfPeak: Double

        public init(name: String, milliseconds: Double, gflops: Double, percentOfPeak: Double) {
            self.name = name
            self.milliseconds = milliseconds
            self.gflops = gflops
            self.percentOfPeak = percentOfPeak
        }
    }

    public var batch: Int
    public var threads: Int
    /// Of a whole run; the median.
    public var totalMilliseconds: Double
    /// What the machine can do on all threads.
    public var peakGflops: Double
    public var layers: [Layer]

    public init(
        batch: Int, threads: Int, totalMilliseconds: Double, peakGflops: Double, layers: [Layer]
    ) {
        self.batch = batch
        self.threads = threads
        self.totalMilliseconds = totalMilliseconds
        self.peakGflops = peakGflops
        self.layers = layers
    }
}
