import Tasks

/// Cuts the pieces of a picture for an epoch, or those that tests look at.
struct PieceCut {
    let data: DataSet
    /// nil for those of tests, which are shown as they are.
    let augmentation: EpochAugmentation?
    let index: Int
    /// Pieces of the picture.
    let count: Int

    /// What the net is shown of a picture.
    struct Window {
        var origin: (x: Int, y: Int)
        var resampling: Resampling
    }

    private var stored: StoredSample { data.samples[index] }

    /// The piece of that number, which has all that its window shows.
    /// - Parameter pool: keeps pieces of pictures that are not in memory.
    /// - Throws: `TrainerError` when a file is no longer what it was.
    func piece(_ number: Int, _ pool: PiecePool) throws -> PicturePiece {
        if stored.kept != nil { return piece(number, of: try data.whole(index)) }
        return try pool.take(number, of: index) {
            let whole = try data.whole(index)
            return (0..<count).map { piece($0, of: whole) }
        }
    }

    private func piece(_ number: Int, of whole: Sample) -> PicturePiece {
        let window = window(number)
        let rect =
            augmentation == nil
            ? PicturePiece.needed(at: window.origin, data.shape, of: stored.size) : window.resampling.needed
        return PicturePiece(rect, of: whole, channels: data.shape.channels)
    }

    func window(_ number: Int) -> Window {
        let size = PictureSize(width: data.shape.width, height: data.shape.height)
        let draw = augmentation.map { PatchDraw(seed: $0.draw.seed, epoch: $0.draw.epoch) } ?? .tested
        let origin = draw.origin(
            of: size, in: stored.size, foreground: stored.foreground, sample: index, number: number)
        let space = augmentation?.space(of: index * count + number, size: size, isWindow: true) ?? SpatialMap()
        return Window(
            origin: origin, resampling: Resampling(map: space, window: size, at: origin, picture: stored.size))
    }
}
