import Imaging
import Testing

@Suite struct ResizeTests {
    @Test(arguments: ResizeFixture.all)
    func bilinearEqualsPillow(_ fixture: ResizeFixture) {
        let source = gradient(width: 13, height: 9, channels: fixture.channels)
        let resized = source.resizedBilinear(width: fixture.width, height: fixture.height)
        #expect(difference(resized, decodeHex(fixture.bilinear)) == nil)
    }

    @Test(arguments: ResizeFixture.all)
    func nearestEqualsPillow(_ fixture: ResizeFixture) {
        let source = gradient(width: 13, height: 9, channels: fixture.channels)
        let resized = source.resizedNearest(width: fixture.width, height: fixture.height)
        #expect(difference(resized, decodeHex(fixture.nearest)) == nil)
    }

    @Test(arguments: [1, 2, 7, 31, 64, 200], [1, 3, 64, 177])
    func flatPictureStaysFlat(width: Int, height: Int) {
        let flat = Bitmap(width: 64, height: 40, channels: 3, fill: 201)
        let resized = flat.resizedBilinear(width: width, height: height)
        #expect(resized == Bitmap(width: width, height: height, channels: 3, fill: 201))
    }

    @Test(arguments: [1, 3])
    func flippingTwiceGivesTheSame(channels: Int) {
        let source = gradient(width: 13, height: 9, channels: channels)
        let flipped = source.flippedHorizontally()
        #expect(flipped != source)
        #expect((0..<channels).allSatisfy { flipped[0, 4, $0] == source[12, 4, $0] })
        #expect(flipped.flippedHorizontally() == source)
    }
}
