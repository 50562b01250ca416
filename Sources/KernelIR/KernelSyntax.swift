import Base

/// What differs between the languages that kernels print in. Operators, their precedence, calls and subscripts are common
/// to them; `KernelPrinter` and `ExpressionPrinter` know those.
protocol KernelSyntax: Sendable {
    /// What ends a simple statement.
    var terminator: String { get }

    // MARK: Names and numbers

    /// `name` as an identifier of the language; different names may give the same one.
    func identifier(_ name: String) -> String
    /// A 32-bit float that reads back as itself.
    func literal(_ value: Float) -> String
    /// A 64-bit integer.
    func literal(_ value: UInt64) -> String
    /// An integer's text as a float.
    func float(_ index: CodeText) -> CodeText
    /// The value with the other sign, zeros too.
    func negated(_ value: CodeText, width: Int) -> CodeText

    // MARK: Around the body

    /// The comment above a function; `lines` are not empty.
    func documentation(_ lines: [String]) -> [String]
    /// A comment to the end of the line.
    func comment(_ text: String) -> String
    /// The function's first line, with the opening brace. The symbol is an identifier already.
    func function(_ symbol: String) -> String
    /// Names an operand of the call, or the workspace.
    func buffer(_ name: String, operand: Int?, of element: ElementType, isReadOnly: Bool) -> String
    /// Names a number of the call.
    func parameter(_ parameter: KernelParameter) -> String
    /// Statements for parameters that the body does not mention, where the compiler would warn of them.
    func ignored(_ name: String) -> String?

    // MARK: Statements

    /// A constant integer.
    func index(_ name: String, _ value: String) -> String
    /// A variable of `width` floats.
    func variable(_ name: String, width: Int, _ value: String, isAssigned: Bool) -> String
    /// An array of vectors. Where the language cannot repeat the initial value in a declaration, `isFilled` is false and a
    /// loop over the elements follows.
    func array(_ name: String, width: Int, count: Int, initial: String, isZero: Bool) -> (text: String, isFilled: Bool)
    /// A loop's first line, without the brace.
    func loop(_ variable: String, from: CodeText, to: CodeText, step: Int) -> String
    /// A line that tells the compiler to unroll the loop that follows.
    func unrolling(_ count: Int) -> String?
    /// A condition's first line, without the brace.
    func condition(_ text: String) -> String
}

/// A number that a kernel finds in its call.
enum KernelParameter {
    /// Samples in the call.
    case batch
    /// The step's `count`.
    case count
    /// The number, within its batch, of the call's first sample.
    case firstSample
    case scalar(RuntimeScalar)
    /// Of the run, and the number of the optimiser's step: what random numbers depend on.
    case seed
    case step
}
