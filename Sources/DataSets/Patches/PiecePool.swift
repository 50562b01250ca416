import Base

/// Pieces of pictures that are not in memory. Whoever needs the first piece of a picture reads it and cuts out all that the
/// epoch needs of it; they are kept until they are taken.
final class PiecePool: Sendable {
    private enum Entry: Sendable {
        case inWork
        case ready([PicturePiece?])
        case failed(any Error)
    }

    private let entries = Monitor([Int: Entry]())

    /// The piece of that number of a picture.
    /// - Parameter cut: reads the picture and makes all its pieces, by their numbers.
    /// - Throws: what `cut` throws, to all who need one of its pieces.
    func take(_ number: Int, of picture: Int, cut: () throws -> [PicturePiece]) throws -> PicturePiece {
        // nil for whoever is to read the picture.
        let found: Result<PicturePiece?, any Error> = entries.wait { entries in
            switch entries[picture] {
            case nil:
                entries[picture] = .inWork
                return .some(.success(nil))
            case .inWork: return nil
            case .failed(let error): return .failure(error)
            case .ready(var pieces):
                // Taken out, so that the rest is not copied for each piece.
                entries[picture] = .inWork
                let piece = pieces[number].take()
                entries[picture] = pieces.contains { $0 != nil } ? .ready(pieces) : nil
                return .success(piece)
            }
        }
        if let piece = try found.get() { return piece }
        let made = Result { try cut() }
        entries.withLock { entries in
            switch made {
            case .failure(let error): entries[picture] = .failed(error)
            case .success(let all):
                var pieces: [PicturePiece?] = all
                pieces[number] = nil
                entries[picture] = all.count > 1 ? .ready(pieces) : nil
            }
        }
        return try made.get()[number]
    }
}
