/// Asks for memory that is read soon: into the second-level cache, since the first one is full of what is worked on. Takes no
/// part in what a kernel computes.
public enum Prefetch {
    static let functionName = "unetc_prefetch"

    /// - Parameter floats: from `start` on, all of which the buffer has.
    public static func statement(_ buffer: Buffer.Handle, at start: Index, floats: Int) -> Statement {
        .call(
            functionName,
            [.address(buffer, start, extent: Index(floats), access: .read), .index(Index(floats))])
    }

    /// The function for `KernelEvaluator`.
    static let functions: [String: KernelEvaluator.Function] = [functionName: { _, _ in }]

    static let prelude = """
        /* Asks for floats that are read soon, a cache line at a time. */
        UNETC_INLINE void unetc_prefetch(const float *from, int64_t floats)
        {
            for (int64_t i = 0; i < floats; i += 16) __builtin_prefetch(from + i, 0, 2);
        }

        """

    /// Swift cannot ask for memory.
    static let swiftPrelude = """
        @inline(__always) func unetc_prefetch(_ from: UnsafePointer<Float>, _ floats: Int) {}

        """
}
