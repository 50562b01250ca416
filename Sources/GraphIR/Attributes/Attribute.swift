/// A constant of an operator as dumps show it: `groups: 4`, `kernel: [3, 3]`.
package struct Attribute: Hashable, Sendable {
    /// What stands behind the colon.
    package enum Value: Hashable, Sendable {
        /// A number or a word, as it is written.
        case scalar(String)
        case list([Int])
    }

    package var key: String
    package var value: Value

    package init(_ key: String, _ word: String) {
        self.key = key
        self.value = .scalar(word)
    }

    package init(_ key: String, _ number: Int) { self.init(key, String(number)) }

    /// The shortest digits that read back as the same number.
    package init(_ key: String, _ number: Double) { self.init(key, "\(number)") }

    /// Numbers divided by `_`, as `AttributeReader.reals` reads them.
    package init(_ key: String, reals: [Double]) {
        self.init(key, reals.isEmpty ? "none" : reals.map { "\($0)" }.joined(separator: "_"))
    }

    package init(_ key: String, _ list: [Int]) {
        self.key = key
        self.value = .list(list)
    }
}

func notFinite(_ name: String, _ value: Double) -> [String] {
    value.isFinite ? [] : ["\(name) should be a finite number, found \(value)"]
}
