/// `name` as a C identifier, in C and in Swift: a keyword, or a name that the headers of a kernel or the libraries of a
/// trainer claim, gets a trailing `_`, and every character that C does not allow becomes `_`. Different names may give the
/// same identifier.
///
/// To be asked once for a name: what it gives may be claimed itself, and would then be changed again.
public func cIdentifier(_ name: String) -> String {
    var result = String(String.UnicodeScalarView(name.unicodeScalars.map { isIdentifierScalar($0) ? $0 : "_" }))
    let startsBadly = result.first.map { ("0"..."9").contains($0) } ?? true
    // Two underscores, or one and a capital, belong to the compiler.
    if startsBadly || result.hasPrefix("_") { result = "n" + result }
    return isTaken(result) ? result + "_" : result
}

private func isIdentifierScalar(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_": true
    default: false
    }
}

private func isTaken(_ name: String) -> Bool {
    let isVectorType = name.first == "v" && name.count > 1 && name.dropFirst().allSatisfy { ("0"..."9").contains($0) }
    return isVectorType || looksLikeMacro(name) || takenNames.contains(name)
        || takenPrefixes.contains { name.hasPrefix($0) } || name.hasSuffix("_t")
}

/// A capital, alone or before another one, a digit or `_`: so begin the macros of headers, whose number has no end.
private func looksLikeMacro(_ name: String) -> Bool {
    let start = name.unicodeScalars.prefix(2).map(\.value)
    guard let first = start.first, (65...90).contains(first) else { return false }
    return start.count == 1 || (65...90).contains(start[1]) || (48...57).contains(start[1]) || start[1] == 95
}

/// Of the model's own functions, and of the libraries that a trainer is linked with.
private let takenPrefixes = ["unetc_", "swift_", "dispatch_", "png_", "jpeg_", "cblas_", "openblas_"]

private let takenNames: Set<String> = [
    // C11.
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern", "float",
    "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed", "sizeof",
    "static", "struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while",
    // GNU C, C23 and C++, so that the text stays portable.
    "asm", "typeof", "bool", "true", "false", "nullptr", "constexpr", "alignas", "alignof", "thread_local", "class",
    "new", "delete", "this", "template", "operator", "namespace", "private", "public", "protected", "friend", "virtual",
    "using", "try", "catch", "throw", "explicit", "export", "mutable", "typename",
    // Macros and functions of the headers, and of the compiler on some systems.
    "linux", "unix", "main", "memcpy", "memset", "unetc", "isnan", "isinf", "isfinite", "isnormal", "signbit",
    "fpclassify", "isgreater", "isless", "isunordered", "isgreaterequal", "islessequal", "islessgreater", "complex",
    "imaginary", "alloca", "offsetof", "assert", "errno", "stdin", "stdout", "stderr", "xdouble", "math_errhandling",
]
