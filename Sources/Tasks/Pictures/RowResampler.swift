import PictureCode

/// Rows of floats `[channels, width]` that come one after another, brought to another size.
///
/// A triangle filter, as wide as a step of the coarser grid: between the centres of pixels it interpolates when a map
/// grows, and it averages when one shrinks. Holds the few rows that the next result needs.
package final class RowResampler {
    private var code = unetc_resampler()
    private let memory: UnsafeMutableRawPointer
    private var result: [Float]

    /// All sizes are positive.
    package init(channels: Int, from old: PictureSize, to new: PictureSize) {
        var resample = unetc_resample(
            channels: channels, width: old.width, height: old.height, new_width: new.width, new_height: new.height)
        memory = .allocate(byteCount: unetc_resampler_bytes(&resample, 1), alignment: 16)
        unetc_resampler_init(&code, &resample, 1, memory)
        result = [Float](repeating: 0, count: channels * new.width)
    }

    deinit { memory.deallocate() }

    /// Takes the next row, `[channels, old width]`, and hands on the results that it completes, `[channels, new width]`
    /// each, from the top.
    package func push(
        _ row: UnsafeBufferPointer<Float>, emit: (UnsafeBufferPointer<Float>) throws -> Void
    ) rethrows {
        unetc_resampler_push(&code, row.baseAddress)
        while unetc_resampler_next(&code, &result) != 0 { try result.withUnsafeBufferPointer(emit) }
    }
}
