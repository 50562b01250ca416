import Base
import Tasks

/// Where the pieces of an epoch are cut out: pure functions of seed, epoch, picture and number of the piece.
///
/// Of three pieces one lies around an object, if the picture has any: around a pixel of a class other than 0, each class of
/// the picture as likely as the others (Isensee et al. 2021, "nnU-Net", Nature Methods 18, supplementary note 4: a third of
/// the patches are sure to contain foreground).
struct PatchDraw: Hashable, Sendable {
    var seed: UInt64
    /// 0 for what is the same in all epochs.
    var epoch: Int

    /// Those that tests and figures look at.
    static let tested = PatchDraw(seed: 0, epoch: 0)

    /// The upper left corner of a window in a picture. A window that is larger than the picture has all of it inside.
    /// - Parameters:
    ///   - foreground: places of pixels, row by row, of each class that counts.
    func origin(
        of window: PictureSize, in picture: PictureSize, foreground: [[Int32]], sample: Int, number: Int
    ) -> (x: Int, y: Int) {
        var random = SplitMix64(
            seed: seed, Purpose.patch.rawValue, UInt64(epoch), UInt64(sample), UInt64(number))
        let isForeground = (number + epoch) % 3 == 0 && !foreground.isEmpty
        guard isForeground else {
            return (
                x: Self.start(window.width, picture.width, random.unit()),
                y: Self.start(window.height, picture.height, random.unit())
            )
        }
        let places = foreground[random.index(below: foreground.count)]
        let place = Int(places[random.index(below: places.count)])
        return (
            x: Self.start(window.width, picture.width, around: place % picture.width, random.unit()),
            y: Self.start(window.height, picture.height, around: place / picture.width, random.unit())
        )
    }

    /// Where a window starts, all places being as likely.
    private static func start(_ window: Int, _ side: Int, _ unit: Double) -> Int {
        let slack = side - window
        return min(0, slack) + min(Int(unit * Double(abs(slack) + 1)), abs(slack))
    }

    /// Where a window starts that has a place in the half of it that is its middle, as far as the picture's edges let it.
    private static func start(_ window: Int, _ side: Int, around place: Int, _ unit: Double) -> Int {
        let start = place - window / 4 - Int(unit * Double(window - window / 2))
        let slack = side - window
        return min(max(start, min(0, slack)), max(0, slack))
    }
}

extension EpochDraw {
    /// The pieces of an epoch, each as its picture's index times the number of pieces of a picture plus its own. Pictures
    /// come in an order drawn for the epoch, a few of them together, so that those which are read again are read once.
    /// - Parameter group: how many pictures.
    func order(_ training: [Int], patches: PatchSettings, group: Int) -> [Int] {
        let each = patches.perPicture
        var random = SplitMix64(seed: seed, Purpose.patchOrder.rawValue, UInt64(epoch))
        return order(training).chunks(of: group).flatMap { pictures in
            random.permutation(pictures.count * each).map { pictures[$0 / each] * each + $0 % each }
        }
    }
}
