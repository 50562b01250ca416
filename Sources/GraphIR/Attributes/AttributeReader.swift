/// The attributes of one line, taken out by key; whatever is left over at the end was not expected.
package struct AttributeReader {
    package let line: Int
    private var entries: [Attribute]

    init(line: Int, _ entries: [Attribute]) {
        self.line = line
        self.entries = entries
    }

    /// Of all that are left, in their order.
    var keys: [String] { entries.map(\.key) }

    package func has(_ key: String) -> Bool { entries.contains { $0.key == key } }

    /// Takes the value of a key.
    private mutating func take(_ key: String) throws(GraphTextError) -> Attribute.Value {
        guard let index = entries.firstIndex(where: { $0.key == key }) else {
            throw GraphTextError(line: line, "expected the attribute '\(key)', found none")
        }
        return entries.remove(at: index).value
    }

    /// - Throws: when a key was given that nothing asked for, or given twice.
    package func finish() throws(GraphTextError) {
        if let extra = entries.first {
            throw GraphTextError(line: line, "unexpected attribute '\(extra.key)'; remove it")
        }
    }

    package mutating func word(_ key: String) throws(GraphTextError) -> String {
        let value = try take(key)
        guard case .scalar(let word) = value else {
            throw GraphTextError(line: line, "expected one value for '\(key)', found a list")
        }
        return word
    }

    private mutating func number<T: LosslessStringConvertible>(
        _ key: String, _ what: String, as type: T.Type
    ) throws(GraphTextError) -> T {
        let text = try word(key)
        guard let number = T(text) else {
            throw GraphTextError(line: line, "expected \(what) for '\(key)', found '\(text)'")
        }
        return number
    }

    package mutating func integer(_ key: String) throws(GraphTextError) -> Int {
        try number(key, "an integer", as: Int.self)
    }

    mutating func unsigned(_ key: String) throws(GraphTextError) -> UInt64 {
        try number(key, "an integer from 0 to 18446744073709551615", as: UInt64.self)
    }

    package mutating func real(_ key: String) throws(GraphTextError) -> Double {
        try number(key, "a number", as: Double.self)
    }

    mutating func boolean(_ key: String) throws(GraphTextError) -> Bool {
        try number(key, "true or false", as: Bool.self)
    }

    /// Numbers behind each other, divided by `_`; `none` for none of them.
    package mutating func reals(_ key: String) throws(GraphTextError) -> [Double] {
        let text = try word(key)
        if text == "none" { return [] }
        var numbers: [Double] = []
        for part in text.split(separator: "_", omittingEmptySubsequences: false) {
            guard let number = Double(part) else {
                throw GraphTextError(line: line, "expected numbers divided by '_' for '\(key)', found '\(text)'")
            }
            numbers.append(number)
        }
        return numbers
    }

    /// A word that is one of an enumeration's raw values.
    package mutating func choice<T: RawRepresentable & CaseIterable>(
        _ key: String, of type: T.Type
    ) throws(GraphTextError) -> T where T.RawValue == String {
        let values = Array(type.allCases)
        return values[try index(key, of: values.map(\.rawValue))]
    }

    /// The number of the word that stands there.
    mutating func index(_ key: String, of words: [String]) throws(GraphTextError) -> Int {
        let text = try word(key)
        guard let index = words.firstIndex(of: text) else {
            let valid = words.joined(separator: ", ")
            throw GraphTextError(line: line, "expected one of \(valid) for '\(key)', found '\(text)'")
        }
        return index
    }

    /// A list of any length.
    package mutating func list(_ key: String) throws(GraphTextError) -> [Int] {
        guard case .list(let list) = try take(key) else {
            throw GraphTextError(line: line, "expected a list of integers for '\(key)', found one value")
        }
        return list
    }

    package mutating func list(_ key: String, count: Int) throws(GraphTextError) -> [Int] {
        let value = try take(key)
        guard case .list(let list) = value else {
            throw GraphTextError(line: line, "expected a list of \(count) integers for '\(key)', found one value")
        }
        guard list.count == count else {
            throw GraphTextError(line: line, "expected \(count) integers for '\(key)', found \(list.count)")
        }
        return list
    }
}
