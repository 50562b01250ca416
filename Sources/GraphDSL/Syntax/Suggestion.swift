import Base
import Diagnostics

/// The nearest of the valid words, and all of them.
func suggestion(_ word: String, _ valid: [String], _ introduction: String) -> String? {
    if valid.isEmpty { return nil }
    let list = "\(introduction) " + valid.joined(separator: ", ")
    return nearMiss(word, among: valid).map { "did you mean \"\($0)\"? \(list)" } ?? list
}
