import Base

extension Text {
    /// What somebody may have meant who gave a percentage for a share: `0.85` for 85. nil for numbers that are none.
    package static func shareMeant(by value: Double) -> String? {
        value > 1 && value <= 100 ? plain(value / 100) : nil
    }
}
