/// What holds a file's numbers without loss, and the bytes that each takes.
public enum SampleDepth: Int, Hashable, Sendable, CaseIterable {
    /// 0 ... 255, of files of up to 8 bits.
    case bytes = 1
    /// 0 ... 65535, of files of 9 to 16 bits.
    case words = 2
    /// Of files with signed numbers, more than 16 bits, or floats; what is not finite is 0.
    case floats = 4
}
