/// A run of statements that is there several times, and becomes a block of the language.
struct RepeatedBlock {
    /// A call of it.
    struct Call {
        /// What the statement is called, and the names of all in it begin with.
        var name: String
        var lines: Range<Int>
        /// The statements whose values it is given.
        var maps: [Int]
        /// The numbers in its expressions.
        var numbers: [String]
    }

    /// What is equal for all calls.
    struct Pattern: Hashable {
        enum Name: Hashable {
            /// What has to follow the call's name; nothing where it is the call's name itself.
            case fixed(String)
            case free
        }

        enum Token: Hashable {
            case text(String)
            /// A number, which may differ.
            case number
            /// What a line of the run makes.
            case line(Int)
            /// What the call is given.
            case map(Int)
        }

        var names: [Name] = []
        var expressions: [[Token]] = []
    }

    var pattern: Pattern
    var calls: [Call]

    /// The first line of the first call.
    var start: Int { calls.first?.lines.lowerBound ?? 0 }

    /// How many lines of text it saves: declared and called in place of written out.
    var saving: Int {
        let length = pattern.names.count
        return calls.count * (length - 1) - length - 3
    }

    /// The names of a call's statements, in their order; nil for the one that is called like the call.
    ///
    /// - Parameter words: of the lines, what a value is called that has no name yet.
    func localNames(_ words: [String]) -> [String?] {
        var taken: Set<String> = []
        for case .fixed(let name) in pattern.names { taken.insert(name) }
        return pattern.names.enumerated().map { place, name in
            if case .fixed(let name) = name { return name.isEmpty ? nil : name }
            if place == pattern.names.count - 1 { return nil }
            let word = words[place] + (words[place].last?.isNumber ?? false ? "_" : "")
            var number = 1
            while !taken.insert("\(word)\(number)").inserted { number += 1 }
            return "\(word)\(number)"
        }
    }
}
