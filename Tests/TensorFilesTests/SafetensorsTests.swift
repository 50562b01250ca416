import FileAccess
import TestSupport
import Testing

@testable import TensorFiles

@Suite struct SafetensorsTests {
    private let folder: ScratchFolder
    private let path: String

    init() throws {
        folder = try ScratchFolder()
        path = folder.file("tensors.safetensors")
    }

    /// A file with the given JSON and that many bytes of data.
    private func write(json: String, data: [UInt8]) throws {
        try FileWriter.write(path, SafetensorsTests.image(Array(json.utf8), data))
    }

    private static func image(_ json: [UInt8], _ data: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json + data
    }

    @Test func roundTrip() throws {
        var writer = SafetensorsWriter(metadata: [("b", "1"), ("a", "quote \" and \u{1} and \u{e9}")])
        try writer.add("z", shape: [2, 2], values: [1.5, -0.0, .infinity, 0x1p-149])
        try writer.add("flags", shape: [3], bytes: [0, 1, 255])
        try writer.add("steps", shape: [2], integers: [-1, .max])
        try writer.add("scalar", shape: [], values: [3])
        try writer.add("empty", shape: [0, 4], values: [])
        try writer.write(to: path)
        let file = try TensorFile(path: path)
        #expect(file.metadata == ["b": "1", "a": "quote \" and \u{1} and \u{e9}"])
        #expect(Set(file.names) == ["z", "flags", "steps", "scalar", "empty"])
        #expect(
            try file.floats("z").map(\.bitPattern) == [1.5, -0.0, .infinity, 0x1p-149].map { Float($0).bitPattern })
        #expect(try file.bytes("flags") == [0, 1, 255])
        #expect(try file.floats("flags") == [0, 1, 255])
        #expect(try file.integers("steps") == [-1, .max])
        #expect(try file.floats("scalar") == [3])
        #expect(file.tensor("empty")?.shape == [0, 4])
        #expect(try file.floats("empty") == [])
        #expect(message { _ = try file.integers("z") } == "\(path): tensor \"z\" holds F32 values, expected integers")
        #expect(message { _ = try file.floats("y") }.hasPrefix("\(path): there is no tensor \"y\": known are"))
    }

    @Test func equalCallsMakeEqualBytes() throws {
        func bytes(_ name: String) throws -> [UInt8] {
            var writer = SafetensorsWriter(metadata: [("x", "1"), ("w", "2")])
            for index in 0..<20 { try writer.add("t\(index)", shape: [1], values: [Float(index)]) }
            try writer.write(to: path + name)
            return try Files.read(path + name)
        }
        let first = try bytes("1")
        #expect(first == (try bytes("2")))
        let header = String(decoding: first[8...], as: UTF8.self)
        #expect(
            header.hasPrefix(
                #"{"__metadata__":{"x":"1","w":"2"},"t0":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#))
        #expect((first.count - 20 * 4).isMultiple(of: 8))
    }

    @Test(
        arguments: [
            ("F16", [0x00, 0x3c, 0x01, 0x00, 0x00, 0xfc, 0xff, 0xfb], [1, 0x1p-24, -.infinity, -65504]),
            ("BF16", [0xc0, 0x3f, 0x00, 0x80], [1.5, -0.0]),
            ("F64", [0, 0, 0, 0, 0, 0, 0xf0, 0x3f], [1]),
            ("I64", [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [-2]),
            ("I32", [0xfe, 0xff, 0xff, 0xff, 7, 0, 0, 0], [-2, 7]),
            ("I16", [0xfe, 0xff], [-2]), ("U16", [0xfe, 0xff], [65534]),
            ("U8", [0xfe], [254]), ("I8", [0xfe], [-2]), ("BOOL", [1], [1]),
        ] as [(String, [UInt8], [Float])])
    func readsElementType(type: String, bytes: [UInt8], expected: [Float]) throws {
        // A byte in front, so that elements are not aligned.
        let json =
            #"{"pad":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"t":{"dtype":"\#(type)","#
            + #""shape":[\#(expected.count)],"data_offsets":[1,\#(1 + bytes.count)]}}"#
        try write(json: json, data: [0] + bytes)
        #expect(try TensorFile(path: path).floats("t").map(\.bitPattern) == expected.map(\.bitPattern))
    }

    @Test func everyHalfIsWhatSwiftSaysItIs() {
        for bits in UInt16.min...UInt16.max where !Float16(bitPattern: bits).isNaN {
            guard TensorElement.float(half: bits) != Float(Float16(bitPattern: bits)) else { continue }
            Issue.record("half \(bits)")
        }
    }

    @Test(arguments: [
        ("", "too few for a header"),
        ("1234567", "too few for a header"),
        ("\u{ff}", "too few for a header"),
    ])
    func tinyFilesAreRefused(text: String, expected: String) throws {
        try FileWriter.write(path, text: text)
        let found = message { _ = try TensorFile(path: path) }
        #expect(found.hasPrefix("\(path): not a valid safetensors file: "), "\(found)")
        #expect(found.contains(expected), "\(found)")
    }

    @Test(
        arguments: [
            (.max, "it does not begin with the length of a header"), (1 << 63, "it does not begin with"),
            (1 << 40, "it does not begin with"), (17, "it announces a header of 17 bytes and has 24 in all"),
        ] as [(UInt64, String)])
    func hugeHeadersAreRefused(length: UInt64, expected: String) throws {
        let prefix = withUnsafeBytes(of: length.littleEndian) { Array($0) }
        try FileWriter.write(path, prefix + [UInt8](repeating: 0x20, count: 16))
        let found = message { _ = try TensorFile(path: path) }
        #expect(found.contains(expected), "\(found)")
    }

    @Test(arguments: [
        (#"[]"#, "not a JSON object"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, "truncated"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} x"#, "expected nothing more"),
        (#"{}"#, "appended"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, "\"a\" F32 [2] does not take the 4 bytes"),
        (#"{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}"#, "unknown dtype \"F31\"; known are"),
        (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, "lacks its dtype, shape"),
        (#"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, "lacks its dtype, shape"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, "ends at byte 0"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, "leaves a gap after the header"),
        (
            #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"#
                + #""b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#,
            "\"b\" overlaps \"a\""
        ),
        (
            #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
                + #""a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#,
            "the name \"a\" stands there twice"
        ),
        (#"{"a":{"dtype":"U8","shape":[4294967296,4294967296,16],"data_offsets":[0,4]}}"#, "does not take"),
        (#"{"a":{"dtype":"U8","shape":[9223372036854775807,3],"data_offsets":[0,9223372036854775807]}}"#, "not take"),
        (#"{"__metadata__":{"a":1}}"#, "not a map of strings"),
    ])
    func corruptHeadersAreRefused(json: String, expected: String) throws {
        try write(json: json, data: [0, 0, 0, 0])
        let found = message { _ = try TensorFile(path: path) }
        #expect(found.hasPrefix("\(path): not a valid safetensors file: "), "\(found)")
        #expect(found.contains(expected), "\(found)")
    }

    @Test func otherThingsThanFilesAreRefused() {
        #expect(message { _ = try TensorFile(path: "/dev/zero") }.contains("not a regular file"))
        #expect(message { _ = try TensorFile(path: "/tmp") }.contains("not a regular file"))
        #expect(
            message { _ = try TensorFile(path: path) } == "\(path): cannot be opened: No such file or directory")
    }

    @Test(.enabled(if: sharedFolder() != nil, "there is no ../shared beside the checkout"))
    func readsWhatPyTorchWrote() throws {
        let file = try TensorFile(path: try #require(sharedFolder()) + "/reference/ops.safetensors")
        #expect(file.tensors.count > 100)
        for tensor in file.tensors {
            let values = try file.floats(tensor.name)
            #expect(values.count == tensor.shape.reduce(1, *), "\(tensor.name)")
            #expect(values.allSatisfy { $0.isFinite }, "\(tensor.name)")
        }
    }

    @Test func namesAreWrittenOnceWithTheRightCount() {
        var writer = SafetensorsWriter()
        #expect(
            message { try writer.add("a", shape: [2], values: [1]) } == "tensor \"a\" of shape [2] is given 1 values")
        #expect(message { try writer.add("a", shape: [1], values: [1]) } == "")
        #expect(message { try writer.add("a", shape: [1], values: [1]) }.contains("the name is taken"))
        #expect(message { try writer.add("__metadata__", shape: [1], values: [1]) }.contains("the name is taken"))
    }

    /// Weights in other formats are told what they are, by their first bytes.
    @Test(
        arguments: [
            ([0x50, 0x4B, 0x03, 0x04, 0, 0, 8, 8, 0, 0], "the archive has no end: it is truncated"),
            ([0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9], "is a Python pickle"),
            ([0x80, 0x04, 0x95, 0x10, 0, 0, 0, 0, 0, 0], "is a Python pickle"),
            ([0x08, 0x07, 0x12, 0x07, 0x70, 0x79, 0x74, 0x6F, 0x72, 0x63, 0x68], "is an ONNX model"),
            ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0], "is an HDF5 file"),
            ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 0x76, 0], "is an array of numpy"),
            ([0x47, 0x47, 0x55, 0x46, 3, 0, 0, 0, 0, 0], "is a GGUF file"),
            ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0], "is a PNG picture"),
            ([0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 0x4A, 0x46, 0x49, 0x46], "is a JPEG picture"),
            (Array("weights = 1 2 3 4 5".utf8), "it does not begin with the length of a header"),
            ([200, 0, 0, 0, 0, 0, 0, 0, 0x7B], "it announces a header of 200 bytes and has 9 in all: it is truncated"),
            ([1, 2, 3], "it has 3 bytes, too few"), ([], "it has 0 bytes, too few"),
        ] as [([UInt8], String)])
    func otherFilesAreRecognised(bytes: [UInt8], expected: String) throws {
        try FileWriter.write(path, bytes)
        let error = try #require(throws: TensorFileError.self) { try TensorFile(path: path) }
        #expect(error.message.hasPrefix(path + ": ") && error.message.contains(expected), "\(error.message)")
    }
}
