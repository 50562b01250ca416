/// What else a file of weights may be, told by its first bytes.
enum ForeignFormat: CaseIterable {
    case torch
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
        case .torch: return head.starts(with: [0x50, 0x4B, 0x03, 0x04])
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

    /// `is a zip archive …, expected weights in safetensors`.
    var text: String { "is \(name), expected weights in safetensors" }

    private var name: String {
        switch self {
        case .torch: "a zip archive, as torch.save and numpy.savez write (.pth, .pt, .npz)"
        case .pickle: "a Python pickle, as older versions of torch.save write (.pth, .pt)"
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
        case .torch, .pickle:
            "convert a state_dict with python -c \"import torch; from safetensors.torch import save_file; "
                + "save_file(torch.load('x.pth', map_location='cpu', weights_only=True), 'x.safetensors')\"; the names and "
                + "shapes have to be the graph's"
        case .onnx, .hdf5, .numpy, .gguf:
            "write its tensors under the graph's names with save_file of safetensors.numpy"
        case .png, .jpeg: "name the file of weights"
        }
    }
}
