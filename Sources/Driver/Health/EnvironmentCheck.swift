import FileAccess

/// Variables of the environment that change what is compiled or how fast it runs.
struct EnvironmentCheck {
    /// What is set.
    var variables: [(name: String, value: String)]

    /// Of this process, those that it looks at.
    static func current() -> EnvironmentCheck {
        EnvironmentCheck(variables: names.compactMap { name in Files.environment(name).map { (name, $0) } })
    }

    private static let names = [
        "CC", "SWIFTC", "UNETC_CACHE", "UNETC_TRAINER", "OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS",
        "OPENBLAS_MAIN_FREE", "OPENBLAS_VERBOSE", "GOTO_NUM_THREADS", "OMP_NUM_THREADS", "LD_PRELOAD",
        "GLIBC_TUNABLES", "MALLOC_ARENA_MAX",
    ]

    var check: HealthCheck {
        guard !variables.isEmpty else { return HealthCheck("environment", "nothing set that matters") }
        let text = variables.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
        let advice = variables.compactMap { Self.trap($0.name) }
        guard !advice.isEmpty else { return HealthCheck("environment", text) }
        return HealthCheck("environment", .warning, text, advice: advice.joined(separator: "; "))
    }

    /// What to do about a variable that does harm; nil for others. What `OPENBLAS_CORETYPE` does, the trial of OpenBLAS
    /// tells; variables for numbers of threads do nothing, for OpenBLAS always gets one.
    private static func trap(_ name: String) -> String? {
        switch name {
        case "OPENBLAS_MAIN_FREE":
            "OPENBLAS_MAIN_FREE ties threads to processors, trainers among them: unset it"
        case "LD_PRELOAD": "a library is loaded into every trainer: unset LD_PRELOAD unless that is meant"
        default: nil
        }
    }
}
