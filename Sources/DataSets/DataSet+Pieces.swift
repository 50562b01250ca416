import Tasks

/// What an epoch trains on, and what tests look at: pictures, or pieces of them.
extension DataSet {
    /// Samples of an epoch: training pictures, or pieces of these.
    package var epochCount: Int { training.count * (patches?.perPicture ?? 1) }

    /// What an epoch trains on, in its order, as a `BatchMaker` counts it: indices of samples, or numbers of their pieces.
    package func order(_ draw: EpochDraw) -> [Int] {
        patches.map { draw.order(training, patches: $0, group: $0.group(shape)) } ?? draw.order(training)
    }

    /// What the loss of a test is told of, as a `BatchMaker` without augmentation counts it.
    package func tested(_ indices: [Int]) -> [Int] {
        guard patches != nil else { return indices }
        let each = PatchSettings.testedPerPicture
        return indices.flatMap { $0 * each..<($0 + 1) * each }
    }

    /// What a training picture is to a `BatchMaker` with augmentation: its first piece.
    package func number(of index: Int) -> Int { index * (patches?.perPicture ?? 1) }

    /// The size that tests are taken at, for people.
    package var testedSize: String { patches == nil ? shape.testedSize.text : Self.ownSize }
    package static let ownSize = "the pictures' own size"
}

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
        guard stored.kept == nil, let reader = data.reader else {
            return PicturePiece(rect(number), of: try data.whole(index), channels: data.shape.channels)
        }
        return try pool.take(number, of: index) {
            var pieces = try reader.pieces((0..<count).map(rect), of: stored)
            for place in pieces.indices {
                pieces[place].picture = data.planes(pieces[place].picture.samples, of: index)
            }
            return pieces
        }
    }

    /// What the window of a piece shows.
    private func rect(_ number: Int) -> PictureRect {
        let window = window(number)
        return augmentation == nil
            ? PicturePiece.needed(at: window.origin, data.shape, of: stored.size) : window.resampling.needed
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
