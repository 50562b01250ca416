import TestSupport

import Platform

extension FuzzSubject {
    /// Code that goes wrong in every way that a run has to notice: proof that a run without findings means something.
    public static func planted() -> FuzzSubject {
        FuzzSubject(name: "planted", makeInput: { [UInt8.random(in: 0..<8, using: &$0)] }) { input in
            switch input.first {
            case 0: .wrong("a broken promise")
            case 1: crash()
            case 2: hang()
            case 3: fillMemory()
            default: .accepted
            }
        }
    }

    private static func crash() -> FuzzOutcome {
        let empty: [Int] = []
        return empty[numericCast(getpid())] == 0 ? .accepted : .refused
    }

    private static func hang() -> FuzzOutcome {
        while getpid() > 0 { usleep(1_000) }
        return .accepted
    }

    private static func fillMemory() -> FuzzOutcome {
        var pieces: [[UInt8]] = []
        while getpid() > 0 { pieces.append([UInt8](unsafeUninitializedCapacity: 64 << 20) { $1 = 1 }) }
        return pieces.isEmpty ? .accepted : .refused
    }
}
