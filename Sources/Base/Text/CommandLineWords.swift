/// What both programs do with a command line around the library that parses it.
public enum CommandLineWords {
    /// The words, with a negative number joined to the option before it: `--lr -1` says what `--lr=-1` does. By itself it
    /// would look like an option of one letter, and nobody has one that is a digit.
    public static func joiningNumbers(_ words: [String]) -> [String] {
        var joined: [String] = []
        var isOver = false
        for word in words {
            isOver = isOver || word == "--"
            if !isOver, word.hasPrefix("-"), Double(word) != nil, let option = joined.last, option.hasPrefix("--"),
                !option.contains("=")
            {
                joined[joined.count - 1] = "\(option)=\(word)"
            } else {
                joined.append(word)
            }
        }
        return joined
    }

    /// A parser's refusal as all errors are written: its "Error:" with a small letter.
    ///
    /// - Parameters:
    ///   - words: the command line without the program's name.
    ///   - commands: what its first word may be.
    /// - Returns: for a first word that is no command, what it may have meant.
    public static func refusal(_ message: String, of words: [String], program: String, commands: [String]) -> String {
        if let word = words.first, !word.hasPrefix("-"), !commands.contains(word) {
            let nearest = nearMiss(word, among: commands).map { "did you mean \"\($0)\"? " } ?? ""
            return "error: \(program) has no command \"\(word.shown)\"\n"
                + "  hint: \(nearest)\(program) --help lists its commands"
        }
        let prefix = "Error: "
        return message.hasPrefix(prefix) ? "error: " + message.dropFirst(prefix.count) : message
    }
}
