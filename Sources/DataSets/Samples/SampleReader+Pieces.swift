import Imaging
import Tasks
import TrainerSupport

/// Pieces of pictures that are not in memory.
extension SampleReader {
    /// The pieces of a sample, cut out while it is read: row by row where that can be, so that a large picture is never in
    /// memory as a whole; else out of all of it.
    /// - Throws: as `read`.
    func pieces(_ rects: [PictureRect], of stored: StoredSample) throws -> [PicturePiece] {
        guard let pair = stored.pair else { throw TrainerError("\(stored.file): comes from no file") }
        do {
            if let cut = try cut(rects, of: stored, pair.picture) {
                return try pieces(rects, of: stored, pair, cut.pictures, SampleContent(picture: cut.content, mask: 0))
            }
        } catch let error as ImageError where error.isCancelled {
            throw Interrupted()
        } catch let error as ImageError {
            throw Self.changed(error.file, "could be read at the start and now \(error.message)")
        }
        let whole = try read(stored)
        return rects.map { PicturePiece($0, of: whole, channels: shape.channels) }
    }

    /// The picture's pieces, and what tells whether it has changed. The file is closed when they are there, so that the mask's
    /// is not waited for with memory claimed.
    /// - Returns: nil for pictures that cannot be cut row by row.
    private func cut(
        _ rects: [PictureRect], of stored: StoredSample, _ path: String
    ) throws -> (pictures: [SizedPicture.Samples], content: UInt64)? {
        let reader = try PictureReader(path: path, bands: shape.channels, options: decoding)
        guard reader.width == stored.size.width && reader.height == stored.size.height || patches?.scale != 1 else {
            throw Self.changed(path, "holds a picture of another size than at the start")
        }
        let isPlain = reader.info.orientation == .upright || !reader.info.isOriented
        guard patches?.scale == 1, isPlain, !reader.holdsWholePicture else { return nil }
        var look = PictureLook(reader.info)
        let depth = reader.info.depth == .words && !decoding.keepsDepth ? .bytes : reader.info.depth
        let pictures: [SizedPicture.Samples] =
            switch depth {
            case .bytes: try (cut(rects, reader, &look) as [[UInt8]]).map { .bytes($0) }
            case .words: try (cut(rects, reader, &look) as [[UInt16]]).map { .words($0) }
            case .floats: try (cut(rects, reader, &look) as [[Float]]).map { .floats($0) }
            }
        return (pictures, look.content)
    }

    private func pieces(
        _ rects: [PictureRect], of stored: StoredSample, _ pair: SamplePair, _ pictures: [SizedPicture.Samples],
        _ read: SampleContent
    ) throws -> [PicturePiece] {
        var content = read
        var labels: [[UInt8]]?
        if let source = pair.source { labels = try masks(rects, stored, source, &content) }
        try check(content, stored, pair)
        return rects.indices.map { place in
            PicturePiece(
                name: stored.name, file: stored.file, whole: stored.size, rect: rects[place],
                picture: PicturePlanes(pictures[place]), mask: labels?[place] ?? [])
        }
    }

    /// The samples of each rectangle, plane by plane.
    private func cut<Sample: PieceSample>(
        _ rects: [PictureRect], _ reader: PictureReader, _ look: inout PictureLook
    ) throws -> [[Sample]] {
        let (channels, step) = (shape.channels, reader.channels)
        var pieces = rects.map { [Sample](repeating: 0, count: channels * $0.area) }
        let row = UnsafeMutableBufferPointer<Sample>.allocate(capacity: step * reader.width)
        defer { row.deallocate() }
        for y in 0..<reader.height {
            try Sample.read(from: reader, into: row)
            look.take(Sample.row(row))
            for (place, rect) in rects.enumerated() where rect.rows.contains(y) {
                let start = (y - rect.rows.lowerBound) * rect.columns.count
                for (offset, x) in rect.columns.enumerated() {
                    guard channels == step else {
                        pieces[place][start + offset] = Sample.luma(row[3 * x], row[3 * x + 1], row[3 * x + 2])
                        continue
                    }
                    for channel in 0..<channels {
                        pieces[place][channel * rect.area + start + offset] = row[step * x + channel]
                    }
                }
            }
        }
        return pieces
    }

    /// The class numbers of each rectangle of a mask, which is in memory as a whole meanwhile.
    private func masks(
        _ rects: [PictureRect], _ stored: StoredSample, _ source: MaskSource, _ content: inout SampleContent
    ) throws -> [[UInt8]] {
        if let bitmap = try source.made(of: stored.size, decoding) {
            content.mask = MaskFacts(bitmap).content
            let values = bitmap.resizedNearest(width: stored.size.width, height: stored.size.height).pixels
            return rects.map { classes($0.cut(values, channels: 1, of: stored.size), stored.table) }
        }
        var look: MaskLook?
        let mask = try SizedMask(
            path: source.file, options: decoding,
            size: { info in
                look = MaskLook(info)
                return (stored.size.width, stored.size.height)
            }, observing: { look?.take($0) })
        content.mask = look?.content(isHigh: mask.isHigh) ?? 0
        if stored.table != nil { content.add(mask.info.palette) }
        return rects.map { classes($0.cut(mask.values, channels: 1, of: stored.size), stored.table) }
    }
}

/// A number that rows of pictures hold.
private protocol PieceSample: Numeric {
    static func read(from reader: PictureReader, into row: UnsafeMutableBufferPointer<Self>) throws(ImageError)
    static func row(_ samples: UnsafeMutableBufferPointer<Self>) -> PictureRow
    static func luma(_ red: Self, _ green: Self, _ blue: Self) -> Self
}

extension UInt8: PieceSample {
    fileprivate static func read(
        from reader: PictureReader, into row: UnsafeMutableBufferPointer<UInt8>
    ) throws(ImageError) { try reader.readRow(into: row) }

    fileprivate static func row(_ samples: UnsafeMutableBufferPointer<UInt8>) -> PictureRow {
        .bytes(UnsafeBufferPointer(samples))
    }

    fileprivate static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 { Bitmap.luma(red, green, blue) }
}

extension UInt16: PieceSample {
    fileprivate static func read(
        from reader: PictureReader, into row: UnsafeMutableBufferPointer<UInt16>
    ) throws(ImageError) { try reader.readRow(into: row) }

    fileprivate static func row(_ samples: UnsafeMutableBufferPointer<UInt16>) -> PictureRow {
        .words(UnsafeBufferPointer(samples))
    }

    fileprivate static func luma(_ red: UInt16, _ green: UInt16, _ blue: UInt16) -> UInt16 {
        Bitmap.luma(red, green, blue)
    }
}

extension Float: PieceSample {
    fileprivate static func read(
        from reader: PictureReader, into row: UnsafeMutableBufferPointer<Float>
    ) throws(ImageError) { try reader.readRow(into: row) }

    fileprivate static func row(_ samples: UnsafeMutableBufferPointer<Float>) -> PictureRow {
        .floats(UnsafeBufferPointer(samples))
    }

    fileprivate static func luma(_ red: Float, _ green: Float, _ blue: Float) -> Float { Bitmap.luma(red, green, blue) }
}
