/// `elementAccess` in Swift.
func swiftElementAccess(_ width: Int) -> String {
    guard width > 1 else { return scalarElementAccess }
    return expandSwift(
        """
        @inline(__always) func unetc_load_bf16_$W(_ p: UnsafePointer<UInt16>) -> $T {
            let half = UnsafeRawPointer(p).loadUnaligned(as: SIMD$W<UInt16>.self)
            let bits = $I(vector: Builtin.zext_Vec$WxInt16_Vec$WxInt32(half._storage._value))
            return unetc_from_bits$W(bits &<< $I(repeating: 16))
        }
        // Rounded to bf16: the upper halves.
        @inline(__always) func unetc_bf16_bits$W(_ x: $T) -> $I {
            let bits = unetc_bits$W(x)
            let odd = bits &>> $I(repeating: 16) & $I(repeating: 1)
            let nearest = Builtin.add_Vec$WxInt32(
                Builtin.add_Vec$WxInt32(bits.vector, $I(repeating: 0x7fff).vector), odd.vector)
            let exponent = bits & $I(repeating: 0x7f800000)
            let number = Builtin.select_Vec$WxInt1_Vec$WxInt32(
                Builtin.cmp_eq_Vec$WxInt32(exponent.vector, $I(repeating: 0).vector),
                (bits & $I(repeating: Int32.min)).vector, nearest)
            return $I(vector: Builtin.select_Vec$WxInt1_Vec$WxInt32(
                Builtin.fcmp_uno_Vec$WxFPIEEE32(x.vector, x.vector), (bits | $I(repeating: 0x400000)).vector, number))
        }
        @inline(__always) func unetc_store_bf16_$W(_ p: UnsafeMutablePointer<UInt16>, _ x: $T) {
            let half = Builtin.trunc_Vec$WxInt32_Vec$WxInt16(
                Builtin.lshr_Vec$WxInt32(unetc_bf16_bits$W(x).vector, $I(repeating: 16).vector))
            UnsafeMutableRawPointer(p).storeBytes(
                of: unsafeBitCast(half, to: SIMD$W<UInt16>.self), as: SIMD$W<UInt16>.self)
        }

        """, width: width)
}

private let scalarElementAccess = """
    @inline(__always) func unetc_load_bf16_1(_ p: UnsafePointer<UInt16>) -> Float {
        Float(bitPattern: UInt32(p.pointee) &<< 16)
    }
    @inline(__always) func unetc_bf16_bits1(_ x: Float) -> UInt32 {
        let bits = x.bitPattern
        if x != x { return bits | 0x400000 }
        return bits & 0x7f800000 == 0 ? bits & 0x80000000 : bits &+ 0x7fff &+ (bits &>> 16 & 1)
    }
    @inline(__always) func unetc_store_bf16_1(_ p: UnsafeMutablePointer<UInt16>, _ x: Float) {
        p.pointee = UInt16(truncatingIfNeeded: unetc_bf16_bits1(x) &>> 16)
    }

    """
