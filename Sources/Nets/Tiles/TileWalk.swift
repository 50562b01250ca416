import PictureCode

/// A walk over a picture, a band of tiles at a time, that holds one band of input rows and one of output rows:
/// `unetc_picture.h` says how its functions follow each other.
final class TileWalk {
    private var code = unetc_walk()
    private let memory: UnsafeMutableRawPointer
    /// Floats of a row of the picture, and of a tile and a row of the output.
    private let rowLength: Int
    private let outputLength: Int

    /// - Parameters:
    ///   - channels: of a row of the picture.
    ///   - outputChannels: of a row of the output: of all nets and directions that share the walk.
    ///   - width: of the picture; positive, as `height`.
    init(rows: TileAxis, columns: TileAxis, channels: Int, outputChannels: Int, width: Int, height: Int) {
        (rowLength, outputLength) = (channels * width, outputChannels * width)
        var geometry = unetc_tile_geometry(rows: rows.code, columns: columns.code)
        let bytes = unetc_walk_bytes(&geometry, channels, outputChannels, width, height)
        memory = .allocate(byteCount: bytes, alignment: 16)
        unetc_walk_init(&code, &geometry, channels, outputChannels, width, height, memory)
    }

    deinit { memory.deallocate() }

    /// Goes to the next band; false behind the last one.
    func nextBand() -> Bool { unetc_walk_next_band(&code) != 0 }

    /// Where the picture's next row goes, `[channels, width]`; nil once the band has all that it shows.
    func wantedRow() -> UnsafeMutableBufferPointer<Float>? {
        unetc_walk_wanted_row(&code).map { UnsafeMutableBufferPointer(start: $0, count: rowLength) }
    }

    /// Goes to the band's next tile; false behind the last one.
    func nextTile() -> Bool { unetc_walk_next_tile(&code) != 0 }

    /// Writes the canvas under the tile to a net's input, `[channels, rows, columns]`.
    func fill(_ input: UnsafeMutableBufferPointer<Float>, isMirrored: Bool) {
        unetc_walk_fill(&code, isMirrored ? 1 : 0, input.baseAddress)
    }

    /// Copies what is exact and new of a tile's output, `[channels, rows, columns]`, to its place in the band.
    func keep(_ output: UnsafeBufferPointer<Float>, channels: Int, from firstChannel: Int, isMirrored: Bool) {
        unetc_walk_keep(&code, output.baseAddress, channels, firstChannel, isMirrored ? 1 : 0)
    }

    /// The next row of the output, `[outputChannels, width]`; nil once those of the band have come.
    func finishedRow() -> UnsafeBufferPointer<Float>? {
        unetc_walk_finished_row(&code).map { UnsafeBufferPointer(start: $0, count: outputLength) }
    }
}
