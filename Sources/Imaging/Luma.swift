import PictureCode

extension Bitmap {
    /// ITU-R 601 luma in Pillow's fixed point.
    public func luma() -> Bitmap {
        guard channels == 3 else { return self }
        return makeBitmap(width: width, height: height, channels: 1) { target in
            pixels.withUnsafeBufferPointer { source in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                UInt8.makeLuma(from, to, count: width * height)
            }
        }
    }

    /// The same of one pixel.
    @inlinable
    @inline(__always)
    public static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        UInt8(truncatingIfNeeded: unetc_luma_whole(UInt32(red), UInt32(green), UInt32(blue)))
    }

    /// The same of one pixel of 16 bits.
    @inlinable
    @inline(__always)
    public static func luma(_ red: UInt16, _ green: UInt16, _ blue: UInt16) -> UInt16 {
        UInt16(truncatingIfNeeded: unetc_luma_whole(UInt32(red), UInt32(green), UInt32(blue)))
    }

    /// The same of one pixel of floats.
    @inlinable
    @inline(__always)
    public static func luma(_ red: Float, _ green: Float, _ blue: Float) -> Float {
        unetc_luma_float(red, green, blue)
    }
}

extension ResizedSample {
    /// From red, green and blue side by side; `luma` may be where `rgb` is.
    static func makeLuma(_ rgb: UnsafePointer<Self>, _ luma: UnsafeMutablePointer<Self>, count: Int) {
        unetc_luma(depth, rgb, count, luma)
    }
}
