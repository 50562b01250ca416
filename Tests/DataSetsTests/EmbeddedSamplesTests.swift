import Base
import Tasks
import Testing
import TrainerTestSupport

@testable import DataSets

@Suite struct EmbeddedSamplesTests {
    private let drawing = EmbeddedSamples(shape: SampleShape(channels: 3, height: 32, width: 32))

    @Test func samplesArePureFunctions() {
        #expect(drawing.sample(7) == drawing.sample(7))
        #expect(drawing.sample(7).picture != drawing.sample(8).picture)
        #expect(drawing.sample(7).name == "drawn_007")
    }

    /// Frozen: the demo's numbers depend on them.
    @Test func drawingsAreFrozen() {
        let small = EmbeddedSamples(shape: SampleShape(channels: 3, height: 16, width: 16))
        var hash = Fingerprint()
        hash.add([0])
        for sample in (0..<4).map(small.sample) {
            for bytes in [Array(sample.name.utf8), sample.picture.shown, sample.mask] { hash.add(bytes) }
        }
        hash.add([1])
        #expect(hash.text == "510b89410096f4a0")
    }

    @Test(arguments: 0..<12)
    func everyPictureHasObjectAndGround(index: Int) {
        let sample = drawing.sample(index)
        let share = Double(sample.mask.count { $0 == 1 }) / Double(sample.mask.count)
        #expect((0.01...0.8).contains(share), "share of foreground \(share)")
        #expect(Set(sample.mask).isSubset(of: [0, 1]))
        #expect(sample.picture.count == 3 * 32 * 32)
        #expect(Set(sample.picture.shown).count > 20, "a picture has texture")
    }

    @Test func shapesAreFollowed() {
        let gray = EmbeddedSamples(shape: SampleShape(channels: 1, height: 8, width: 24, maskHeight: 4, maskWidth: 12))
            .sample(0)
        #expect(gray.picture.count == 8 * 24)
        #expect(gray.mask.count == 4 * 12)
    }

    /// More classes: the same blobs in the same places, each of some class.
    @Test func classesAreKindsOfBlobs() {
        let task = TrainingTask.classes(ClassRange(count: 4))
        let kinds = EmbeddedSamples(shape: SampleShape(channels: 3, height: 32, width: 32, task: task))
        let masks = (0..<12).map { kinds.sample($0).mask }
        #expect(Set(masks.joined()) == [0, 1, 2, 3])
        for (index, mask) in masks.enumerated() {
            #expect(mask.map { $0 == 0 } == drawing.sample(index).mask.map { $0 == 0 }, "picture \(index)")
        }
        let two = SampleShape(channels: 3, height: 32, width: 32, task: .classes(ClassRange(count: 2)))
        #expect(EmbeddedSamples(shape: two).sample(3) == drawing.sample(3))
    }

    @Test func oneThatDoesNotFitIsSaid() throws {
        let huge = EmbeddedSamples(shape: SampleShape(channels: 3, height: 1 << 22, width: 1 << 22))
        let text = message { _ = try huge.load(threads: 2, cache: SampleCache(limit: 0), progress: { _, _ in }) }
        #expect(text.contains("embedded pictures: one takes 64.0 TiB at the net's size, 4194304x4194304"), "\(text)")
        #expect(text.contains("compile the graph for a smaller size"))
    }
}
