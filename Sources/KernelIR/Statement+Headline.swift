extension Statement {
    /// The statement's first line as C, with the kernel's own names, for messages.
    var headline: String {
        let printer = ExpressionPrinter(syntax: CSyntax(), names: KernelNames(CSyntax()))
        switch self {
        case .comment(let text): return "// \(text)"
        case .loop(let name, let from, let to, let step, _):
            let (start, end) = (printer.text(from).text, printer.text(to).at(.sum))
            return "for (\(name) = \(start); \(name) < \(end); \(name) += \(step))"
        case .unrolled(let name, let count, _): return "for (\(name) = 0; \(name) < \(count); \(name) += 1)"
        case .letIndex(let name, let index): return "\(name) = \(printer.text(index).text)"
        case .declare(let name, _, let value), .assign(let name, let value):
            return "\(name) = \(printer.text(value).text)"
        case .declareArray(let name, _, let count, let initial):
            return "\(name)[\(count)] = \(printer.text(initial).text)"
        case .assignElement(let name, let index, let value):
            return "\(name)[\(printer.text(index).text)] = \(printer.text(value).text)"
        case .store(let name, let index, let value):
            return "\(name)[\(printer.text(index).text)] = \(printer.text(value).text)"
        case .conditional(let condition, _, _): return "if (\(printer.text(condition).text))"
        case .call(let name, _): return "\(name)(...)"
        }
    }
}
