import Platform
import Imaging
import Testing

/// The real pictures in `shared` beside the checkout, which are not part of it.
private enum SharedData {
    static let folder: String = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast(4).joined(separator: "/") + "/shared/data/"
    }()
    static let isThere = access(folder, R_OK) == 0
}

@Suite(.enabled(if: SharedData.isThere, "no shared/data beside the checkout"))
struct SharedDataTests {
    @Test(arguments: SharedPicture.all)
    func photographEqualsPillow(_ expected: SharedPicture) throws {
        let path = SharedData.folder + expected.path
        let picture = try decodePicture(path: path)
        #expect(picture.width == expected.width && picture.height == expected.height)
        #expect(try pictureSize(path: path) == (expected.width, expected.height))
        for (x, y, color) in expected.samples {
            for c in 0..<3 { #expect(abs(Int(picture[x, y, c]) - color[c]) <= 1, "x \(x) y \(y) channel \(c)") }
        }
        expectMean(picture, sum: expected.sum)
        let small = picture.resizedBilinear(width: 64, height: 48)
        for c in 0..<3 { #expect(abs(Int(small[0, 0, c]) - expected.resizedCorner[c]) <= 1, "corner channel \(c)") }
        expectMean(small, sum: expected.resizedSum)
    }

    @Test(arguments: SharedMask.all)
    func maskEqualsPillow(_ expected: SharedMask) throws {
        let mask = try decodeMask(path: SharedData.folder + expected.path)
        var counts = [Int](repeating: 0, count: 256)
        for value in mask.pixels { counts[Int(value)] += 1 }
        for value in 0..<256 { #expect(counts[value] == expected.counts[value] ?? 0, "pixels of value \(value)") }
        let small = mask.resizedNearest(width: 32, height: 24)
        #expect(small.pixels.reduce(0) { $0 + Int($1) } == expected.nearestSum)
    }

    /// Its extension is another format's.
    @Test func mislabelledGIFIsRead() throws {
        let picture = try decodePicture(path: SharedData.folder + "pets/images/Abyssinian_34.jpg")
        #expect(Set(picture.pixels).count > 50)
    }

    /// Another libjpeg may round a few samples differently, which shifts the mean by far less than one step.
    private func expectMean(_ bitmap: Bitmap, sum: Int) {
        let actual = bitmap.pixels.reduce(0) { $0 + Int($1) }
        #expect(abs(actual - sum) * 20 <= bitmap.pixels.count, "sum \(actual), expected \(sum)")
    }
}
