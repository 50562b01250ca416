import Base
import Diagnostics
import GraphIR

extension Elaborator {
    struct BoundCall {
        var operands: [(value: Value, syntax: Expression)]
        var arguments: BoundArguments
    }

    /// Sorts a call's arguments into operands and arguments and reads the latter.
    /// - Returns: nil behind reported errors.
    mutating func bind(
        _ call: Call, _ rule: OperatorSignature.Operands, _ specs: [ArgumentSpec]
    ) -> BoundCall? {
        var bound = BoundCall(operands: [], arguments: BoundArguments())
        var isSound = true
        var hasList = false
        var positional = specs.filter(\.isPositional)[...]
        for (index, argument) in call.arguments.enumerated() {
            if let label = argument.label {
                isSound = bind(argument, label, call.callee, specs, &bound) && isSound
            } else if case .variadic = rule, case .list(let elements) = argument.value.kind {
                reportListOfOperands(elements, argument, call.callee)
                hasList = true
            } else if bound.operands.count < operandCount(rule) {
                bound.operands.append((evaluate(argument.value), argument.value))
            } else if let spec = nextPositional(&positional, bound) {
                isSound = read(argument.value, spec, call.callee, &bound) && isSound
            } else {
                reportSurplus(argument, number: index + 1, call, rule, specs, bound)
                isSound = false
            }
        }
        isSound = !hasList && requireOperands(bound, rule, call) && isSound
        return fillDefaults(&bound, specs, call, isSound) ? bound : nil
    }

    /// The next argument that may stand without a label and has not been given with one.
    private func nextPositional(_ specs: inout ArraySlice<ArgumentSpec>, _ bound: BoundCall) -> ArgumentSpec? {
        while let spec = specs.popFirst() {
            if !bound.arguments.has(spec.name) { return spec }
        }
        return nil
    }

    private func operandCount(_ rule: OperatorSignature.Operands) -> Int {
        switch rule {
        case .named(let names): names.count
        case .comparison: 2
        case .variadic: Int.max
        }
    }

    private mutating func bind(
        _ argument: Argument, _ label: Name, _ callee: Name, _ specs: [ArgumentSpec], _ bound: inout BoundCall
    ) -> Bool {
        guard let spec = specs.first(where: { $0.name == label.text }) else {
            _ = evaluate(argument.value)
            report(
                "\"\(callee.text)\" has no argument \"\(label.text)\"", at: label.range,
                hint: suggestion(label.text, specs.map(\.name), "\"\(callee.text)\" takes")
                    ?? "\"\(callee.text)\" takes only feature maps")
            return false
        }
        if let first = bound.arguments.range(of: spec.name) {
            report(
                "argument \"\(spec.name)\" is given twice", at: argument.range,
                notes: [.init("the first value", first)])
            return false
        }
        return read(argument.value, spec, callee, &bound)
    }

    private mutating func reportSurplus(
        _ argument: Argument, number: Int, _ call: Call, _ rule: OperatorSignature.Operands, _ specs: [ArgumentSpec],
        _ bound: BoundCall
    ) {
        _ = evaluate(argument.value)
        let name = call.callee.text
        if let spec = specs.first(where: { !$0.isPositional && !bound.arguments.has($0.name) }) {
            report(
                "argument \(number) of \"\(name)\" needs a label", at: argument.range,
                hint: "write \(spec.name): \(file.excerpt(argument.range)); labels are "
                    + specs.filter { !$0.isPositional }.map(\.name).joined(separator: ", "))
        } else {
            let count = rule.names.count + specs.filter(\.isPositional).count
            report(
                "\"\(name)\" takes \(counted(count, "argument")), found \(call.arguments.count)", at: argument.range)
        }
    }

    private mutating func reportListOfOperands(_ elements: [Expression], _ argument: Argument, _ callee: Name) {
        for element in elements { _ = evaluate(element) }
        let inner = elements.prefix(4).map { file.excerpt($0.range) }.joined(separator: ", ")
        report(
            "\"\(callee.text)\" takes its feature maps one by one, found a list", at: argument.range,
            hint: "write \(callee.text)(\(inner)\(elements.count > 4 ? ", ..." : ""))")
    }

    private mutating func requireOperands(
        _ bound: BoundCall, _ rule: OperatorSignature.Operands, _ call: Call
    ) -> Bool {
        let found = bound.operands.count
        let name = call.callee.text
        if case .variadic(let minimum) = rule {
            if found >= minimum { return true }
            report(
                "\"\(name)\" takes at least \(counted(minimum, "feature map")), found \(found)", at: call.callee.range)
            return false
        }
        let names = rule.names
        if found == names.count { return true }
        report(
            "\"\(name)\" takes \(counted(names.count, "feature map")), found \(found)", at: call.callee.range,
            hint: "call it as \(name)(\(names.joined(separator: ", "))...)")
        return false
    }

    private mutating func fillDefaults(
        _ bound: inout BoundCall, _ specs: [ArgumentSpec], _ call: Call, _ wasSound: Bool
    ) -> Bool {
        var isSound = wasSound
        for spec in specs where !bound.arguments.has(spec.name) {
            switch spec.presence {
            case .optional(let value): bound.arguments.set(spec.name, value, at: nil)
            case .derived: break
            case .required(let example):
                // An argument that was given and could not be read is no missing one.
                if wasSound {
                    report(
                        "\"\(call.callee.text)\" needs the argument \"\(spec.name)\"", at: call.callee.range,
                        hint: "for example \(example)")
                }
                isSound = false
            }
        }
        return isSound
    }

    // MARK: Values

    private mutating func read(
        _ expression: Expression, _ spec: ArgumentSpec, _ callee: Name, _ bound: inout BoundCall
    ) -> Bool {
        let what = "\"\(spec.name)\" of \"\(callee.text)\""
        let value: ArgumentValue?
        switch spec.kind {
        case .size: value = integer(expression, from: 1, what).map(ArgumentValue.integer)
        case .count: value = integer(expression, from: 0, what).map(ArgumentValue.integer)
        case .extent(let minimum): value = extent(expression, from: minimum, what, spec.kind)
        case .padding:
            if case .name("same") = expression.kind {
                value = .same
            } else if case .name(let word) = expression.kind, binding(of: word) == nil,
                nearMiss(word, among: ["same"]) != nil
            {
                report("unknown name \"\(word)\"", at: expression.range, hint: "did you mean \"same\"?")
                value = nil
            } else {
                value = extent(expression, from: 0, what, spec.kind)
            }
        case .real(let domain): value = real(expression, domain, what)
        case .boolean: value = boolean(expression, what)
        case .optionalCount:
            if case .name("none") = expression.kind {
                value = ArgumentValue.none
            } else {
                value = integer(expression, from: 0, what).map(ArgumentValue.integer)
            }
        case .reals(let domain): value = reals(expression, domain, what)
        case .word(let words): value = word(expression, words, what)
        case .range: value = range(expression, what, spec.kind)
        case .map: value = map(expression, what)
        }
        guard let value else { return false }
        bound.arguments.set(spec.name, value, at: expression.range)
        return true
    }

    /// A whole number that is at least `minimum`, or nil behind a reported error.
    mutating func integer(_ expression: Expression, from minimum: Int, _ what: String) -> Int? {
        if case .list = expression.kind {
            report("\(what) must be a whole number, found a list", at: expression.range)
            return nil
        }
        let value = evaluate(expression)
        guard case .integer(let number) = value else {
            if !value.isInvalid {
                report(
                    "\(what) must be a whole number, found \(describe(value))", at: expression.range,
                    hint: wholeNumber(value).map { "write \($0)" })
            }
            return nil
        }
        guard number >= minimum else {
            report("\(what) must be at least \(minimum), found \(number)", at: expression.range)
            return nil
        }
        guard number < TensorType.dimensionLimit else {
            report("\(what) must be below 2^31, found \(number)", at: expression.range)
            return nil
        }
        return number
    }

    /// 3 for 3.0.
    private func wholeNumber(_ value: Value) -> Int? {
        if case .real(let number) = value { Int(exactly: number) } else { nil }
    }

    private mutating func extent(
        _ expression: Expression, from minimum: Int, _ what: String, _ kind: ArgumentKind
    ) -> ArgumentValue? {
        var parts = [expression]
        if case .list(let elements) = expression.kind {
            guard elements.count == 2 else {
                report(
                    "\(what) must be \(kind.description), found a list of \(elements.count)", at: expression.range)
                return nil
            }
            parts = elements
        }
        var sizes: [Int] = []
        for part in parts {
            guard let size = integer(part, from: minimum, what) else { return nil }
            guard size <= ArgumentKind.extentLimit else {
                report("\(what) must be at most \(ArgumentKind.extentLimit), found \(size)", at: part.range)
                return nil
            }
            sizes.append(size)
        }
        guard let first = sizes.first, let last = sizes.last else { return nil }
        return .extent(Extent(first, last))
    }

    private mutating func range(_ expression: Expression, _ what: String, _ kind: ArgumentKind) -> ArgumentValue? {
        guard case .list(let elements) = expression.kind, elements.count == 2 else {
            let found =
                if case .list(let elements) = expression.kind { "a list of \(elements.count)" } else {
                    describe(evaluate(expression))
                }
            report("\(what) must be \(kind.description), found \(found)", at: expression.range)
            return nil
        }
        guard let first = integer(elements[0], from: 0, what), let last = integer(elements[1], from: 0, what) else {
            return nil
        }
        return .range(first: first, last: last)
    }

    mutating func real(_ expression: Expression, _ domain: RealDomain, _ what: String) -> ArgumentValue? {
        let number: Double
        switch evaluate(expression) {
        case .integer(let value): number = Double(value)
        case .real(let value): number = value
        case .invalid: return nil
        case let value:
            report("\(what) must be \(domain.description), found \(describe(value))", at: expression.range)
            return nil
        }
        guard domain.contains(number) else {
            let shown = file.excerpt(expression.range)
            report("\(what) must be \(domain.description), found \(shown)", at: expression.range)
            return nil
        }
        return .real(number)
    }

    private mutating func reals(_ expression: Expression, _ domain: RealDomain, _ what: String) -> ArgumentValue? {
        guard case .list(let elements) = expression.kind else {
            let value = evaluate(expression)
            if !value.isInvalid {
                report(
                    "\(what) must be a list of numbers, found \(describe(value))", at: expression.range,
                    hint: "write [1.0, 2.5, ...]")
            }
            return nil
        }
        var numbers: [Double] = []
        for element in elements {
            if case .real(let number)? = real(element, domain, "each of \(what)") { numbers.append(number) }
        }
        return numbers.count == elements.count ? .reals(numbers) : nil
    }

    private mutating func word(_ expression: Expression, _ words: [String], _ what: String) -> ArgumentValue? {
        if case .name(let name) = expression.kind, let index = words.firstIndex(of: name) { return .word(index) }
        report(
            "\(what) must be one of \(words.joined(separator: ", ")), found \(file.excerpt(expression.range))",
            at: expression.range)
        return nil
    }

    private mutating func map(_ expression: Expression, _ what: String) -> ArgumentValue? {
        let value = evaluate(expression)
        if isFeatureMap(value), let operand = operand(value, expression) { return .map(operand) }
        if !value.isInvalid {
            report("\(what) must be a feature map, found \(describe(value))", at: expression.range)
        }
        return nil
    }

    private mutating func boolean(_ expression: Expression, _ what: String) -> ArgumentValue? {
        let value = evaluate(expression)
        if case .boolean(let flag) = value { return .boolean(flag) }
        if !value.isInvalid {
            report("\(what) must be true or false, found \(describe(value))", at: expression.range)
        }
        return nil
    }

    /// A value of an argument, for hints.
    func example(_ spec: ArgumentSpec) -> String {
        switch spec.presence {
        case .required(let example): example.split(separator: " ").last.map(String.init) ?? example
        case .optional(.integer(let value)): "\(value)"
        case .optional(.extent(let value)): show(value)
        case .optional(.real(let value)): "\(value)"
        case .optional(.boolean(let value)): "\(value)"
        case .optional(.none): "255"
        case .optional(.word): if case .word(let words) = spec.kind { words.last ?? "" } else { "" }
        case .optional(.same), .optional(.reals), .optional(.range), .optional(.map), .derived: "2"
        }
    }
}
