/// Numbers of cores that work is cut and grouped for: plans serve machines of a few to 64 cores, and never depend on how many
/// threads there are.
public enum CoreCounts {
    public static let all = [2, 4, 8, 16, 32, 64]
}
