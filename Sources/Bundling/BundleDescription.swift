import Emission
import GraphIR
import KernelIR

/// How pictures become what a net is fed, and what it says becomes a mask.
public struct BundlePictures: Hashable, Sendable {
    public struct Span: Hashable, Sendable {
        public var low: Double
        public var high: Double

        public init(low: Double, high: Double) {
            self.low = low
            self.high = high
        }
    }

    /// What is done to numbers from 0 to 1 before the net is fed them.
    public enum Normalization: Hashable, Sendable {
        case none
        case range
        /// Of each channel what is subtracted, and what is then divided by.
        case scales([(mean: Double, deviation: Double)])
        case perPicture

        public static func == (a: Self, b: Self) -> Bool { a.text == b.text }
        public func hash(into hasher: inout Hasher) { hasher.combine(text) }

        var text: String {
            switch self {
            case .none: "none"
            case .range: "range"
            case .scales(let scales): "scales " + scales.map { "\($0.mean):\($0.deviation)" }.joined(separator: ",")
            case .perPicture: "per picture"
            }
        }
    }

    /// A pixel is object from this probability on.
    public var threshold = 0.5
    /// What becomes 0 and 1, of numbers of 8 bits, of 16, and of floats.
    public var bytes = Span(low: 0, high: 255)
    public var words = Span(low: 0, high: 65535)
    public var floats = Span(low: 0, high: 1)
    /// Whether of numbers of 16 bits the upper 8 count.
    public var takesHighBytes = false
    public var normalization = Normalization.range

    public init() {}

    /// In a few words; nil for numbers from 0 to 1.
    var normalizationText: String? {
        switch normalization {
        case .none: "the numbers as they are"
        case .range: nil
        case .scales: "with mean and spread of the pictures that it was trained on"
        case .perPicture: "with the picture's own mean and spread"
        }
    }
}

/// Everything that a bundle is made of.
public struct BundleDescription: Sendable {
    public var names: BundleNames
    public var compilerVersion: String
    public var graphName: String
    /// The graph's file.
    public var sourceName: String
    /// At least one, with plans of one graph.
    public var targets: [BundleTarget]
    /// Of the graph as it is trained: that of the plans has neither target nor loss, which say what the output means.
    public var interface: PictureInterface
    public var pictures: BundlePictures
    public var classNames: [String] = []
    /// Whether the weights are part of the program.
    public var embedsWeights = false
    public var precision = "f32"
    /// Whether there is a page beside it, and a module for pages.
    public var hasPage = false
    /// Samples of a call.
    public var batch: Int

    /// Whether it takes steps of training as well.
    var learns: Bool { targets.contains { $0.training != nil } }

    public init(
        names: BundleNames, compilerVersion: String, graphName: String, sourceName: String, targets: [BundleTarget],
        interface: PictureInterface, pictures: BundlePictures, batch: Int
    ) {
        self.names = names
        self.compilerVersion = compilerVersion
        self.graphName = graphName
        self.sourceName = sourceName
        self.interface = interface
        self.pictures = pictures
        self.batch = batch
        self.targets = targets.enumerated().sorted {
            (BundleProcessor($0.element.target).rank, $0.offset) < (BundleProcessor($1.element.target).rank, $1.offset)
        }.map(\.element)
    }
}
