import TrainerSupport

/// How a run that was ended goes on.
enum RunContinuation {
    /// The command that continues it, for a shell.
    static func line(_ arguments: [String]) -> String {
        ShellWords.line(arguments.contains("--resume") ? arguments : arguments + ["--resume"])
    }
}
