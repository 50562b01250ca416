import PictureCode

/// A number that rows hold.
protocol ResizedSample: Numeric & Sendable {
    static var depth: unetc_depth { get }
}

extension UInt8: ResizedSample { static var depth: unetc_depth { UNETC_DEPTH_BYTES } }
extension UInt16: ResizedSample { static var depth: unetc_depth { UNETC_DEPTH_WORDS } }
extension Float: ResizedSample { static var depth: unetc_depth { UNETC_DEPTH_FLOATS } }

/// Which sizes a resizing goes between, and how the picture is turned on the way.
struct ResizePlan: Hashable {
    /// Of the picture as stored.
    var width: Int
    var height: Int
    var turn: PictureOrientation
    /// Of the result, as seen. All sizes are positive.
    var newWidth: Int
    var newHeight: Int

    /// Of the result before it is turned.
    var storedWidth: Int { turn.swapsSides ? newHeight : newWidth }
    var storedHeight: Int { turn.swapsSides ? newWidth : newHeight }

    fileprivate func code(channels: Int, depth: unetc_depth) -> unetc_resize {
        unetc_resize(
            width: width, height: height, new_width: storedWidth, new_height: storedHeight,
            swaps_sides: turn.swapsSides ? 1 : 0, reverses_columns: turn.reversesColumns ? 1 : 0,
            reverses_rows: turn.reversesRows ? 1 : 0, channels: channels, depth: depth)
    }

    /// What a resizer takes, with its result, which is turned a second time.
    func bytes(channels: Int, depth: SampleDepth) -> Int {
        var code = code(channels: channels, depth: unetc_depth(UInt32(depth.rawValue)))
        return unetc_resizer_bytes(&code) + 2 * channels * newWidth * newHeight * depth.rawValue
    }
}

/// Brings a picture to another size while its stored rows come, one after the other: the bits of the picture turned as a
/// whole and then resized by Pillow's `resize((width, height), Image.BILINEAR)`.
///
/// Holds the result and the sums of the few rows of it that are under way.
final class PictureResizer<Sample: ResizedSample> {
    private let plan: ResizePlan
    private let channels: Int
    private var code = unetc_resizer()
    private let memory: UnsafeMutableRawPointer
    private var result: [Sample]
    /// Stored rows of the result that are done.
    private var done = 0

    init(_ plan: ResizePlan, channels: Int) {
        self.plan = plan
        self.channels = channels
        var resize = plan.code(channels: channels, depth: Sample.depth)
        memory = .allocate(byteCount: unetc_resizer_bytes(&resize), alignment: 16)
        unetc_resizer_init(&code, &resize, memory)
        result = [Sample](repeating: 0, count: channels * plan.newWidth * plan.newHeight)
    }

    deinit { memory.deallocate() }

    /// Takes the next stored row.
    func push(_ row: UnsafePointer<Sample>) {
        unetc_resizer_push(&code, row)
        let length = channels * plan.storedWidth
        result.withUnsafeMutableBufferPointer { result in
            guard let base = result.baseAddress else { return }
            while done < plan.storedHeight, unetc_resizer_next(&code, base + done * length) != 0 { done += 1 }
        }
    }

    /// The result as seen, row by row, channels side by side; to be called once all rows have come.
    func finish() -> [Sample] {
        plan.turn.turned(result, width: plan.storedWidth, height: plan.storedHeight, channels: channels)
    }
}
