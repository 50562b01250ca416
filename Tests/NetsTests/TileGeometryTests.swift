import Tasks
import TestSupport
import Testing

@testable import Nets

/// How pictures are cut into tiles.
@Suite struct TileGeometryTests {
    private static let axes = [
        TileAxis(tile: 32, haloBefore: 5, haloAfter: 6, alignment: 4, marginBefore: 0, marginAfter: 0),
        TileAxis(tile: 64, haloBefore: 20, haloAfter: 20, alignment: 16, marginBefore: 0, marginAfter: 0),
        TileAxis(tile: 44, haloBefore: 0, haloAfter: 3, alignment: 4, marginBefore: 6, marginAfter: 7),
        TileAxis(tile: 8, haloBefore: 0, haloAfter: 0, alignment: 1, marginBefore: 0, marginAfter: 0),
    ]

    @Test(arguments: axes)
    func tilesCoverEverySideWithWhatIsExact(_ axis: TileAxis) {
        for side in 1...200 {
            let canvas = axis.canvas(side)
            #expect(canvas >= side + axis.marginBefore + axis.marginAfter && (canvas - axis.tile) % axis.alignment == 0)
            let parts = Array(axis.parts(of: side))
            #expect(parts.count == axis.partCount(of: side))
            #expect(parts.map(\.kept.count).max() ?? 0 <= axis.mostKept(of: side))
            #expect(axis.mostKept(of: side) <= axis.tile)
            #expect(parts.first?.kept.lowerBound == 0 && parts.last?.kept.upperBound == side)
            for (part, next) in zip(parts, parts.dropFirst()) { #expect(part.kept.upperBound == next.kept.lowerBound) }
            for part in parts {
                #expect(part.start % axis.alignment == 0 && part.start + axis.tile <= canvas && !part.kept.isEmpty)
                // Results at an edge inside the canvas are not used.
                let first = part.start == 0 ? 0 : part.start + axis.haloBefore
                let isLast = part.start + axis.tile == canvas
                let end = part.start + axis.output - (isLast ? 0 : axis.haloAfter)
                #expect(part.kept.lowerBound >= first && part.kept.upperBound <= end, "\(side): \(part)")
            }
        }
    }

    @Test func smallPicturesTakeOneTile() {
        let axis = Self.axes[1]
        #expect(Array(axis.parts(of: 64)) == [TileAxis.Part(start: 0, kept: 0..<64)])
        #expect(axis.partCount(of: 1) == 1)
        #expect(axis.partCount(of: 65) > 1)
    }

    /// Tiles are not counted one by one before a walk begins: headers may say anything.
    @Test(arguments: axes)
    func heightsTakeNoMemory(_ axis: TileAxis) {
        let height = Int(UInt32.max)
        #expect(axis.parts(of: height).first { _ in true }?.start == 0)
        #expect(axis.partCount(of: height) > 1_000_000)
        #expect(axis.mostNeeded(of: height) <= axis.tile + axis.alignment + axis.marginAfter)
    }

    @Test func beyondItsEdgesThePictureIsMirrored() {
        let axis = Self.axes[2]
        let seen = (0..<14).map { axis.source($0, of: 3) }
        #expect(seen == [2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1])
        #expect((0..<9).map { axis.source($0, of: 1) } == Array(repeating: 0, count: 9))
        #expect(Self.axes[0].source(3, of: 100) == 3)
    }

    /// Rows are there when a band shows them, each is read once, and no more are kept for a higher picture.
    @Test(arguments: axes)
    func rowsAreKeptNoLongerThanNeeded(_ axis: TileAxis) {
        for height in [1, 2, 7, 40, 97, 150, 1000, 4000, 4001] {
            let walk = TileWalk(
                rows: axis, columns: Self.axes[3], channels: 1, outputChannels: 1, width: 1, height: height)
            var read: [Int] = []
            for part in axis.parts(of: height) {
                #expect(walk.nextBand())
                while let target = walk.wantedRow() {
                    target[0] = Float(read.count)
                    read.append(read.count)
                }
                #expect(walk.nextTile())
                let columns = Self.axes[3].tile
                var input = [Float](repeating: -1, count: axis.tile * columns)
                input.withUnsafeMutableBufferPointer { walk.fill($0, isMirrored: false) }
                for place in 0..<axis.tile {
                    let row = Float(axis.source(part.start + place, of: height))
                    #expect(input[place * columns..<(place + 1) * columns].allSatisfy { $0 == row })
                }
            }
            #expect(!walk.nextBand())
            #expect(read == Array(0..<read.count) && read.count <= height)
            #expect(axis.mostNeeded(of: height) <= axis.tile + axis.alignment + axis.marginAfter)
        }
    }
}
