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
        @inline(__always) func unetc_store_bf16_$W(_ p: UnsafeMutablePointer<UInt16>, _ x: $T) {
            let bits = unetc_bits$W(x)
            let odd = bits &>> $I(repeating: 16) & $I(repeating: 1)
            let nearest = Builtin.add_Vec$WxInt32(
                Builtin.add_Vec$WxInt32(bits.vector, $I(repeating: 0x7fff).vector), odd.vector)
            let nan = bits | $I(repeating: 0x400000)
            let rounded = Builtin.select_Vec$WxInt1_Vec$WxInt32(
                Builtin.fcmp_uno_Vec$WxFPIEEE32(x.vector, x.vector), nan.vector, nearest)
            let half = Builtin.trunc_Vec$WxInt32_Vec$WxInt16(
                Builtin.lshr_Vec$WxInt32(rounded, $I(repeating: 16).vector))
            UnsafeMutableRawPointer(p).storeBytes(
                of: unsafeBitCast(half, to: SIMD$W<UInt16>.self), as: SIMD$W<UInt16>.self)
        }

        """, width: width)
}

private let scalarElementAccess = """
    @inline(__always) func unetc_load_bf16_1(_ p: UnsafePointer<UInt16>) -> Float {
        Float(bitPattern: UInt32(p.pointee) &<< 16)
    }
    @inline(__always) func unetc_store_bf16_1(_ p: UnsafeMutablePointer<UInt16>, _ x: Float) {
        let bits = x.bitPattern
        let rounded = x != x ? bits | 0x400000 : bits &+ 0x7fff &+ (bits &>> 16 & 1)
        p.pointee = UInt16(truncatingIfNeeded: rounded &>> 16)
    }

    """
