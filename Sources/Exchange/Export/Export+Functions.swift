import GraphIR

/// Functions of each element: by their operators where ONNX has one of the same meaning, else by their formulas.
extension ONNXExporter {
    mutating func addFunction(_ id: NodeID, _ function: Elementwise) throws {
        let inputs = graph[id].inputs.map(value)
        let name = function.declaration.name
        if let (op, attributes) = operatorOf(function) {
            add(op, inputs, attributes, for: id)
        } else if let (op, number) = ["scale": "Mul", "offset": "Add"][name].map({ ($0, function.numbers[0]) }) {
            add(op, [inputs[0], store(name, number, within: id)], for: id)
        } else if name == "clamp" || name == "relu6" {
            let bounds = name == "relu6" ? [0, 6] : function.numbers
            add("Clip", [inputs[0], store("min", bounds[0], within: id), store("max", bounds[1], within: id)], for: id)
        } else {
            var formulas: [Formula: String] = [:]
            try add(function.formula, inputs, &formulas, within: id, isLast: true)
        }
    }

    /// The operator that computes the same; nil where there is none in the version that is written.
    private func operatorOf(_ function: Elementwise) -> (String, [ONNXAttribute])? {
        let constants = function.numbers
        switch function.declaration.name {
        case "add": return ("Add", [])
        case "mul": return ("Mul", [])
        case "relu": return ("Relu", [])
        case "leaky_relu": return ("LeakyRelu", [attribute("alpha", constants[0])])
        case "elu": return ("Elu", [attribute("alpha", constants[0])])
        case "sub": return ("Sub", [])
        case "div": return ("Div", [])
        case "maximum": return ("Max", [])
        case "minimum": return ("Min", [])
        case "hardsigmoid": return ("HardSigmoid", [attribute("alpha", 1.0 / 6), attribute("beta", 0.5)])
        case "hardswish": return ("HardSwish", [])
        case "gelu" where options.opset >= 20:
            return ("Gelu", [attribute("approximate", constants[0] == 0 ? "none" : "tanh")])
        default: return nil
        }
    }

    /// - Returns: the name of the formula's value.
    @discardableResult
    private mutating func add(
        _ formula: Formula, _ operands: [String], _ known: inout [Formula: String], within id: NodeID,
        isLast: Bool = false
    ) throws -> String {
        if let name = known[formula] { return name }
        let op: String
        var inputs: [String] = []
        switch formula {
        case .operand(let number): return operands[number]
        case .constant(let number):
            let name = store("constant", number, within: id)
            known[formula] = name
            return name
        case .uniform: throw ExchangeError("\"\(graph[id].name)\": what it computes is random")
        case .unary(.exponentialMinusOne, let a):
            op = "Sub"
            inputs = try [.unary(.exponential, a), 1].map { try add($0, operands, &known, within: id) }
        case .unary(let function, let a):
            op = name(function)
            inputs = [try add(a, operands, &known, within: id)]
        case .binary(let operation, let a, let b):
            op = name(operation)
            inputs = try [a, b].map { try add($0, operands, &known, within: id) }
        case .power(let a, let exponent):
            op = "Pow"
            inputs = try [a, .constant(exponent)].map { try add($0, operands, &known, within: id) }
        case .select(let comparison, let a, let b, let then, let otherwise):
            op = "Where"
            let sides = try [a, b].map { try add($0, operands, &known, within: id) }
            inputs = [add(comparison == .less ? "Less" : "Greater", sides, within: id)]
            inputs += try [then, otherwise].map { try add($0, operands, &known, within: id) }
        }
        if isLast {
            add(op, inputs, for: id)
            return value(id)
        }
        let name = add(op, inputs, within: id)
        known[formula] = name
        return name
    }

    private func name(_ function: Formula.Function) -> String {
        switch function {
        case .negate: "Neg"
        case .absolute: "Abs"
        case .exponential, .exponentialMinusOne: "Exp"
        case .logarithm: "Log"
        case .hyperbolicTangent: "Tanh"
        case .errorFunction: "Erf"
        case .sigmoid: "Sigmoid"
        case .softplus: "Softplus"
        }
    }

    private func name(_ operation: Formula.Operation) -> String {
        switch operation {
        case .add: "Add"
        case .subtract: "Sub"
        case .multiply: "Mul"
        case .divide: "Div"
        case .minimum: "Min"
        case .maximum: "Max"
        }
    }
}
