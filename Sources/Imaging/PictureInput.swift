import Base
import FileAccess
import ImageCodecs

import Platform

/// The bytes of a picture: an open file, or memory.
final class PictureInput {
    let name: String
    let format: ImageFormat
    /// Reads the header.
    let opener: ImageFormat.Opener
    private let descriptor: Int32
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private let supervisor: DecodingSupervisor?
    /// Of all bytes.
    let count: Int

    /// - Throws: an error that names the file if it cannot be read, or is no picture that is read.
    static func file(_ path: String, _ supervisor: DecodingSupervisor?) throws(ImageError) -> PictureInput {
        let descriptor = path.withFileName { open($0, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) }
        guard descriptor >= 0 else { throw .system("cannot be opened", path) }
        var isKept = false
        defer { if !isKept { close(descriptor) } }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system("cannot be read", path) }
        let kind = status.st_mode & S_IFMT
        // Pictures are read more than once, and whoever waits for a pipe hears no signal.
        guard kind == S_IFREG || kind == S_IFDIR else {
            throw ImageError(file: path, message: "is a pipe or a device, expected a picture file; copy it to one")
        }
        var start = [UInt8](repeating: 0, count: ImageFormat.headLength)
        let got = pread(descriptor, &start, start.count, 0)
        guard got >= 0 else { throw .system("cannot be read", path) }
        let found = try ImageFormat.decodable(Array(start.prefix(got)), name: path)
        isKept = true
        return PictureInput(
            name: path, found: found, descriptor: descriptor, bytes: .init(start: nil, count: 0),
            count: Int(status.st_size), supervisor: supervisor)
    }

    /// The files of all channels of a picture, of which that of the first is given.
    /// - Throws: as `file`, and for a file whose name is another one.
    static func files(_ first: String, _ options: DecodingOptions) throws(ImageError) -> [PictureInput] {
        guard let names = options.channelNames, names.channels.count > 1 else {
            return [try file(first, options.supervisor)]
        }
        guard let files = names.files(of: first) else {
            throw ImageError(
                file: first, message: "is not named as the first channel, expected \(names.channels[0]) of \(names)")
        }
        var inputs: [PictureInput] = []
        for path in files { inputs.append(try file(path, options.supervisor)) }
        return inputs
    }

    /// - Parameter name: stands for the file in errors.
    static func memory(
        _ bytes: [UInt8], name: String, _ supervisor: DecodingSupervisor?
    ) throws(ImageError) -> PictureInput {
        let found = try ImageFormat.decodable(bytes, name: name)
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        _ = copy.initialize(from: bytes)
        return PictureInput(
            name: name, found: found, descriptor: -1, bytes: copy, count: bytes.count, supervisor: supervisor)
    }

    private init(
        name: String, found: (format: ImageFormat, opener: ImageFormat.Opener), descriptor: Int32,
        bytes: UnsafeMutableBufferPointer<UInt8>, count: Int, supervisor: DecodingSupervisor?
    ) {
        self.name = name
        format = found.format
        opener = found.opener
        self.descriptor = descriptor
        self.bytes = bytes
        self.count = count
        self.supervisor = supervisor
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        bytes.deallocate()
    }

    /// For the C shims; valid as long as this object.
    var shimInput: image_codec_input {
        var input = image_codec_input()
        input.descriptor = descriptor
        input.bytes = UnsafePointer(bytes.baseAddress)
        input.count = UInt64(count)
        guard let supervisor else { return input }
        input.context = UnsafeRawPointer(Unmanaged.passUnretained(supervisor).toOpaque())
        input.is_cancelled = { context in
            guard let context else { return 0 }
            return Unmanaged<DecodingSupervisor>.fromOpaque(context).takeUnretainedValue().isCancelled ? 1 : 0
        }
        return input
    }
}
