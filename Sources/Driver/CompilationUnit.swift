import Emission

/// Files that are compiled to one object: a file of kernels, or several small ones that follow each other, so that a net
/// of many small layers does not start the compiler for each of them.
struct CompilationUnit {
    /// In one language.
    let files: [EmittedFile]

    var isSwift: Bool { files.first?.path.hasSuffix(".swift") ?? false }

    var isKernels: Bool { files.first?.path.hasPrefix("kernels/") ?? false }

    /// What the C compiler is given, and messages name: `kernels/x1.c`, or `kernels/x1+31.c` with 31 files more.
    var path: String {
        let first = files.first?.path ?? ""
        return files.count == 1 || isSwift ? first : "\(first.dropLast(2))+\(files.count - 1).c"
    }

    /// What has to be there to compile it: of several C files also one that includes them.
    var allFiles: [EmittedFile] {
        guard files.count > 1, !isSwift else { return files }
        let text = files.map { "#include \"\($0.path.dropFirst("kernels/".count))\"\n" }.joined()
        return files + [EmittedFile(path: path, text: text)]
    }

    /// Bytes of files that are compiled together; a larger file is alone.
    private static let limit = 40_000

    /// The model's sources, in order.
    static func all(of model: EmittedModel) -> [CompilationUnit] {
        let sources = Set(model.sources)
        var units: [[EmittedFile]] = []
        var size = limit
        for file in model.files where sources.contains(file.path) {
            let bytes = file.text.utf8.count
            // The tables have names of their own, which no kernel may see.
            let isJoined =
                file.path.hasPrefix("kernels/") && size + bytes <= limit
                && units.last?.last?.path.hasSuffix(String(file.path.suffix(2))) == true
            if isJoined {
                units[units.count - 1].append(file)
                size += bytes
            } else {
                units.append([file])
                size = file.path.hasPrefix("kernels/") ? bytes : limit
            }
        }
        return units.map(CompilationUnit.init)
    }
}
