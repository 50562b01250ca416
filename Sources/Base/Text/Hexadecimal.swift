extension FixedWidthInteger where Self: UnsignedInteger {
    /// All digits of the number to the base of 16, with zeros before: `0a` of a byte, `00000000000000ff` of a UInt64.
    public var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: bitWidth / 4 - digits.count) + digits
    }
}
