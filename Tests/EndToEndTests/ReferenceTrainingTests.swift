import Base
import Driver
import Strategy
import Foundation
import Imaging
import Runtime
import TestSupport
import Testing

/// The seed's net at its full width, from photographs to losses, beside what PyTorch computes in double precision.
@Suite(.serialized) struct ReferenceTrainingTests {
    @Test(.enabled(if: sharedFolder() != nil, "the reference data is not beside the checkout"))
    func fullNetFollowsPyTorch() throws {
        let shared = try #require(sharedFolder())
        let text = try String(contentsOfFile: shared + "/reference/trace_w64.json", encoding: .utf8)
        let trace = try JSON(parsing: text)
        let names = try #require(trace["images"]?.array).compactMap(\.string)
        let losses = try #require(trace["losses"]?.array).compactMap(\.number)
        let batch = try #require(trace["batch"]?.integer)
        let rate = try #require(trace["lr"]?.number)
        #expect(losses.count == 6 && names.count == 8)

        let folder = try TemporaryFolder()
        let session = try Session(path: checkoutFolder() + "/graphs/unet.graph", overrides: [])
        var options = CompileOptions(target: .native(), batch: batch, jobs: 2)
        options.plans = [.train]
        options.cacheFolder = folder.path + "/cache"
        let model = try Model.load(path: try session.compileSharedObject(options).product)
        let parameters = try ParameterStore(model: model, initialValues: .pytorch, seed: 0)
        let executor = try Executor(
            model: model, parameters: parameters, plans: ["train"], threads: 2, optimizer: "adam")
        let plan = try executor.plan("train")
        for (step, expected) in losses.enumerated() {
            for sample in 0..<batch {
                let name = names[(step * batch + sample) % names.count]
                let (image, mask) = try Self.pet(name, in: shared + "/data/pets")
                try executor.write("image", plan: plan, sample: sample, from: image)
                try executor.write("mask", plan: plan, sample: sample, from: mask)
            }
            try executor.run(plan, batch: batch, scalars: .adam(step: step + 1, learningRate: rate))
            let found = Double(try executor.loss(plan))
            #expect(abs(found - expected) <= 2e-4, "step \(step): loss \(found), PyTorch \(expected)")
        }
    }

    /// A picture as planes of 0 … 1 and its mask, 128 × 128, as the reference prepares them.
    private static func pet(_ name: String, in folder: String) throws -> (image: [Float], mask: [Float]) {
        let picture = try decodePicture(path: "\(folder)/images/\(name).jpg").resizedBilinear(width: 128, height: 128)
        let trimap = try decodeMask(path: "\(folder)/annotations/trimaps/\(name).png")
            .resizedNearest(width: 128, height: 128)
        let area = 128 * 128
        var image = [Float](repeating: 0, count: 3 * area)
        for pixel in 0..<area {
            for channel in 0..<3 { image[channel * area + pixel] = Float(picture.pixels[3 * pixel + channel]) / 255 }
        }
        return (image, trimap.pixels.map { $0 == 2 ? 0 : 1 })
    }
}
