/// The language that kernels are printed in.
public enum Backend: String, Hashable, Sendable, CaseIterable {
    case c
    case swift

    /// How the language writes what all kernels are made of.
    var syntax: any KernelSyntax {
        switch self {
        case .c: CSyntax()
        case .swift: SwiftSyntax()
        }
    }

    /// The ending of a source file, with its dot.
    public var fileSuffix: String { "." + rawValue }

    /// The language's name for the reader.
    public var displayName: String {
        switch self {
        case .c: "C"
        case .swift: "Swift"
        }
    }
}

/// The kernel as a function in the backend's language, of the C type `unetc_kernel`, under the kernel's name.
///
/// Its unit knows the types of `unetc_model.h`, the prelude (`cPrelude`, `swiftPrelude`) and the functions that the kernel
/// calls. Pointers may overlap: a result may stand where an operand stood.
public func printKernel(_ kernel: Kernel, in backend: Backend) -> String {
    var printer = KernelPrinter(kernel, backend.syntax)
    return printer.print()
}

/// The kernel as a C11 function.
public func printC(_ kernel: Kernel) -> String { printKernel(kernel, in: .c) }

/// The kernel as a Swift function.
public func printSwift(_ kernel: Kernel) -> String { printKernel(kernel, in: .swift) }
