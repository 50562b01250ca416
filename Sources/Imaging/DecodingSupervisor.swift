import Base

/// Bounds the memory that decoders on several threads take together, and ends them when that is asked for.
///
/// A picture waits until there is room for what decoding it takes. One that needs more than the bound is decoded when no
/// other is, unless it needs more than there is at all.
public final class DecodingSupervisor: Sendable {
    /// Bytes that decoders take together.
    public let bound: Int
    /// Bytes that there are at all; a picture that takes more is refused.
    public let most: Int
    private let isAskedToEnd: @Sendable () -> Bool
    private let taken = Monitor(0)

    /// - Parameter isCancelled: asked again and again while pictures are decoded, on any thread; after a yes no other
    ///   answer comes.
    public init(
        bound: Int = .max, most: Int = .max, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        self.bound = min(bound, most)
        self.most = most
        isAskedToEnd = isCancelled
    }

    /// Whether decoding is to end.
    public var isCancelled: Bool { isAskedToEnd() }

    /// Room that is taken as long as this object is there.
    final class Claim {
        private let supervisor: DecodingSupervisor
        private let bytes: Int

        fileprivate init(_ supervisor: DecodingSupervisor, _ bytes: Int) {
            self.supervisor = supervisor
            self.bytes = bytes
        }

        deinit { supervisor.release(bytes) }
    }

    /// Takes room, which is waited for if need be. Whoever holds a claim must not wait for another.
    /// - Parameter isWhole: whether the picture is held whole, for the advice.
    /// - Throws: an error that names the file if there is not so much at all, or, without waiting, now.
    func claim(_ bytes: Int, for file: String, isWhole: Bool, waits: Bool = true) throws(ImageError) -> Claim {
        guard bytes <= most else { throw .tooLarge(file, bytes, most, isWhole: isWhole) }
        let room = taken.wait { taken -> Int? in
            guard !waits || taken == 0 || bytes <= bound - taken else { return nil }
            let room = most - taken
            if bytes <= room { taken += bytes }
            return room
        }
        guard bytes <= room else { throw .tooLarge(file, bytes, room, isWhole: isWhole) }
        return Claim(self, bytes)
    }

    private func release(_ bytes: Int) { taken.withLock { $0 -= bytes } }
}

extension DecodingSupervisor: Hashable {
    public static func == (a: DecodingSupervisor, b: DecodingSupervisor) -> Bool { a === b }
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

extension ImageError {
    static func tooLarge(_ file: String, _ bytes: Int, _ most: Int, isWhole: Bool) -> ImageError {
        func mebibytes(_ bytes: Int) -> Int { (bytes + (1 << 20) - 1) >> 20 }
        return ImageError(
            file: file,
            message: "takes \(mebibytes(bytes)) MiB to decode, which is more than the \(most >> 20) MiB that are left; "
                + (isWhole
                    ? "give more memory, or save it neither progressive nor interlaced, which takes little"
                    : "give more memory, or use fewer --threads"))
    }

    static func cancelled(_ file: String) -> ImageError {
        var error = ImageError(file: file, message: "was not read to its end")
        error.isCancelled = true
        return error
    }
}
