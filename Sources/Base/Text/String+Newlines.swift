extension String {
    /// The text without the line breaks at its end.
    package var trimmingNewlines: String {
        var text = self[...]
        while text.last == "\n" { text.removeLast() }
        return String(text)
    }
}
