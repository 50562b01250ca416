/// What else a file of weights may be, told by its first bytes.
enum ForeignFormat: CaseIterable {
    case pickle
    case onnx
    case hdf5
    case numpy
    case gguf
    case png
    case jpeg

    /// How many of a file's first bytes tell.
    static let headBytes = 16

    init?(startOf head: [UInt8]) {
        guard let found = Self.allCases.first(where: { $0.fits(head) }) else { return nil }
        self = found
    }

    private func fits(_ head: [UInt8]) -> Bool {
        switch self {
        // The protocol's number, and the frame, tuple, dictionary or number that pickles of weights begin with.
        case .pickle: return head.count > 2 && head[0] == 0x80 && (2...5).contains(head[1])
        // The version, a small number, in field 1; then the producer's name, or the operators or the graph.
        case .onnx: return head.count > 4 && head[0] == 0x08 && head[1] < 32 && [0x12, 0x3A, 0x42].contains(head[2])
        case .hdf5: return head.starts(with: [0x89] + Array("HDF\r\n\u{1A}\n".utf8))
        case .numpy: return head.starts(with: [0x93] + Array("NUMPY".utf8))
        case .gguf: return head.starts(with: Array("GGUF".utf8))
        case .png: return head.starts(with: [0x89] + Array("PNG\r\n\u{1A}\n".utf8))
        case .jpeg: return head.starts(with: [0xFF, 0xD8, 0xFF])
        }
    }

    /// `is an ONNX model, expected weights …`.
    var text: String { "is \(name), expected weights in safetensors or as torch.save writes them" }

    private var name: String {
        switch self {
        case .pickle: "a Python pickle that torch.save has not written"
        case .onnx: "an ONNX model"
        case .hdf5: "an HDF5 file, as Keras writes (.h5)"
        case .numpy: "an array of numpy (.npy)"
        case .gguf: "a GGUF file"
        case .png: "a PNG picture"
        case .jpeg: "a JPEG picture"
        }
    }

    /// How to make weights of it that can be read.
    var advice: String {
        switch self {
        case .onnx, .pickle, .hdf5, .numpy, .gguf:
            "write its tensors under the graph's names with save_file of safetensors.numpy"
        case .png, .jpeg: "name the file of weights"
        }
    }
}
