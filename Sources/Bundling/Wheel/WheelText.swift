import Emission

/// The texts of a wheel.
struct WheelText {
    let description: BundleDescription
    let interface: PictureInterface
    let version: String

    private var prefix: String { description.names.prefix }

    /// Of the library in the package.
    var library: String { "_\(prefix).so" }

    /// Of the file of weights; nil where they are part of the library.
    var weights: String? { description.embedsWeights ? nil : prefix + ".weights" }

    /// The package's name as files have it.
    var distribution: String {
        prefix.lowercased().split(separator: "_").joined(separator: "_")
    }

    /// Python's side.
    var modules: [EmittedFile] {
        let code = [
            ("__init__.py", PackageResources.unetc_package_py), ("_library.py", PackageResources.unetc_library_py),
            ("_pictures.py", PackageResources.unetc_pictures_py),
        ]
        return code.map { EmittedFile(path: $0.0, text: renamed(String(decoding: $0.1, as: UTF8.self))) } + [
            EmittedFile(path: "_net.py", text: constants), EmittedFile(path: "py.typed", text: ""),
        ]
    }

    private func renamed(_ text: String) -> String {
        let meaning = interface.valueMeaning
        return text.replacing("import unetc", with: "import \(prefix)").replacing("unetc.load", with: "\(prefix).load")
            .replacing("UNETC_MASK_MEANING", with: interface.maskMeaning)
            .replacing("UNETC_VALUE_MEANING", with: meaning.prefix(1).uppercased() + meaning.dropFirst())
    }

    /// What the code has to know of this net.
    private var constants: String {
        """
        # What this package was made of.

        from typing import Optional, Tuple

        VERSION = \(pythonString(version))
        GRAPH = \(pythonString(description.sourceName))
        PREFIX = "\(prefix)_"
        LIBRARY = "\(library)"
        WEIGHTS: Optional[str] = \(weights.map { "\"\($0)\"" } ?? "None")
        INPUT_SHAPE: Tuple[int, int, int] = (\(list(interface.inputShape)))
        OUTPUT_SHAPE: Tuple[int, int, int] = (\(list(interface.outputShape)))
        MASK_CHANNELS = \(interface.maskChannels)
        CLASSES: Tuple[str, ...] = (\(classes.map { pythonString($0) + "," }.joined(separator: " ")))
        THRESHOLD: Optional[float] = \(interface.hasThreshold ? "\(description.pictures.threshold)" : "None")

        """
    }

    /// Numbers stand for names that nobody has given.
    private var classes: [String] {
        guard description.classNames.isEmpty else { return description.classNames }
        switch interface.task {
        case .classes(let count), .labels(let count): return (0..<count).map(String.init)
        case .mask, .reconstruction: return []
        }
    }

    private func list(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: ", ") }

    /// - Parameter platforms: that it is for.
    func wheel(_ platforms: [String]) -> String {
        """
        Wheel-Version: 1.0
        Generator: unetc \(description.compilerVersion)
        Root-Is-Purelib: false
        \(platforms.map { "Tag: py3-none-\($0)" }.joined(separator: "\n"))

        """
    }

    var metadata: String {
        """
        Metadata-Version: 2.1
        Name: \(distribution)
        Version: \(version)
        Summary: The net \(prefix): pictures in, masks out
        Requires-Python: >=3.8
        Requires-Dist: numpy
        Description-Content-Type: text/markdown

        The trained net \(prefix), made by unetc \(description.compilerVersion): pictures in, masks out.

        ```python
        import \(prefix)

        net = \(prefix).load()               # load(threads=1), load(weights="FILE")
        mask = net.segment(picture)    # a numpy array, an image of Pillow, or a list; order="BGR" for OpenCV
        net.probabilities(picture)     # [\(interface.outputShape[0]), height, width]: \(interface.valueMeaning)
        net.run(inputs)                # float32 [n, \(list(interface.inputShape))] to [n, \(list(interface.outputShape))]
        ```

        Of the mask a byte is: \(interface.maskMeaning).

        """
    }

    /// A literal of a text that may hold anything.
    private func pythonString(_ text: String) -> String {
        var literal = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": literal += "\\" + String(scalar)
            case " "..."~": literal.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16)
                literal += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            }
        }
        return literal + "\""
    }
}
