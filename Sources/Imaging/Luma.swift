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
        UInt8(truncatingIfNeeded: weighted(Int(red), Int(green), Int(blue)))
    }

    /// The same of one pixel of 16 bits.
    @inlinable
    @inline(__always)
    public static func luma(_ red: UInt16, _ green: UInt16, _ blue: UInt16) -> UInt16 {
        UInt16(truncatingIfNeeded: weighted(Int(red), Int(green), Int(blue)))
    }

    /// The same of one pixel of floats.
    @inlinable
    @inline(__always)
    public static func luma(_ red: Float, _ green: Float, _ blue: Float) -> Float {
        Float((Double(red) * 19595 + Double(green) * 38470 + Double(blue) * 7471) / 65536)
    }

    @inlinable
    @inline(__always)
    static func weighted(_ red: Int, _ green: Int, _ blue: Int) -> Int {
        (red &* 19595 &+ green &* 38470 &+ blue &* 7471 &+ 0x8000) >> 16
    }
}

extension UInt8 {
    static func makeLuma(_ rgb: UnsafePointer<UInt8>, _ luma: UnsafeMutablePointer<UInt8>, count: Int) {
        for i in 0..<count { luma[i] = Bitmap.luma(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]) }
    }
}

extension Float {
    /// Equal red, green and blue stay what they are.
    static func makeLuma(_ rgb: UnsafePointer<Float>, _ luma: UnsafeMutablePointer<Float>, count: Int) {
        for i in 0..<count { luma[i] = Bitmap.luma(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]) }
    }
}

extension UInt16 {
    static func makeLuma(_ rgb: UnsafePointer<UInt16>, _ luma: UnsafeMutablePointer<UInt16>, count: Int) {
        for i in 0..<count { luma[i] = Bitmap.luma(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]) }
    }
}
