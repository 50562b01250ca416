/// How a stored picture is turned for people to see it, as Exif numbers it.
public enum PictureOrientation: Int, Hashable, Sendable, CaseIterable {
    case upright = 1
    /// Left and right change places.
    case mirrored
    case upsideDown
    /// Top and bottom change places.
    case flipped
    /// Rows become columns.
    case transposed
    /// A quarter turn clockwise.
    case turnedRight
    /// Rows become columns, from the other corner.
    case transversed
    /// A quarter turn counterclockwise.
    case turnedLeft

    /// True when stored rows are columns as seen.
    public var swapsSides: Bool { rawValue >= 5 }
    /// True when a stored row's last pixel comes first, along whatever axis it lies.
    var reversesColumns: Bool { [.mirrored, .upsideDown, .transversed, .turnedLeft].contains(self) }
    /// True when the last stored row comes first.
    var reversesRows: Bool { [.upsideDown, .flipped, .turnedRight, .transversed].contains(self) }

    /// Pixels of `channels` samples each, stored in rows of `width`, in the order in which they are seen.
    func turned<Sample>(_ stored: [Sample], width: Int, height: Int, channels: Int) -> [Sample] {
        guard self != .upright else { return stored }
        return [Sample](unsafeUninitializedCapacity: stored.count) { target, initialized in
            stored.withUnsafeBufferPointer { stored in
                for y in 0..<height {
                    place(
                        UnsafeBufferPointer(rebasing: stored[y * width * channels..<(y + 1) * width * channels]), y,
                        width: width, height: height, channels: channels, into: target)
                }
            }
            initialized = stored.count
        }
    }

    /// Writes the pixels of stored row `y` to where they are seen.
    func place<Sample>(
        _ row: UnsafeBufferPointer<Sample>, _ y: Int, width: Int, height: Int, channels: Int,
        into target: UnsafeMutableBufferPointer<Sample>
    ) {
        let line = reversesRows ? height - 1 - y : y
        let start = reversesColumns ? width - 1 : 0
        // Places of a pixel's right neighbour, and of the first pixel.
        let step = (swapsSides ? height : 1) * (reversesColumns ? -1 : 1)
        var to = swapsSides ? start * height + line : line * width + start
        for x in 0..<width {
            for channel in 0..<channels { target[to * channels + channel] = row[x * channels + channel] }
            to += step
        }
    }
}
