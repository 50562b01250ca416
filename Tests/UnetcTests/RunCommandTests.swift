import TestSupport
import Testing

/// `unetc run` as a program: what it takes for inputs and targets.
@Suite struct RunCommandTests {
    private static let net = """
        graph t {
          input image: [1, 2, 2]
          target labels: classes[2, 2]
          output logits = conv(image, 3, kernel: 1)
          loss cross_entropy(logits, labels, ignore: 255)
        }
        """

    /// A safetensors file of an image and of labels, for two samples.
    private func inputs(_ image: [Float], _ labels: [Float], element: String = "F32") -> [UInt8] {
        let data = (image + labels).flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init) }
        let bytes = 4 * image.count
        let header =
            "{\"image\":{\"dtype\":\"F32\",\"shape\":[2,1,2,2],\"data_offsets\":[0,\(bytes)]},"
            + "\"labels\":{\"dtype\":\"\(element)\",\"shape\":[2,2,2],\"data_offsets\":[\(bytes),\(data.count)]}}"
        return withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8) + data
    }

    private func run(_ image: [Float], _ labels: [Float], element: String = "F32") throws -> ProgramRun {
        let program = try UnetcProgram()
        defer { program.remove() }
        try program.write("net.graph", Self.net)
        try program.write("in.safetensors", bytes: inputs(image, labels, element: element))
        return try program.run(
            "run net.graph --inputs in.safetensors --outputs out.safetensors",
            environment: "UNETC_CACHE='\(program.folder)/cache'")
    }

    private static let image: [Float] = [0, 1, 2, 3, 4, 5, 6, 7]
    private static let labels: [Float] = [0, 1, 2, 255, 2, 1, 0, 0]

    @Test func classesAndTheOneThatDoesNotCount() throws {
        let fine = try run(Self.image, Self.labels)
        #expect(fine.exitCode == 0, "\(fine.errors)")
    }

    @Test(arguments: [
        ("7", 7), ("-1", -1), ("1.5", 1.5), ("nan", Float.nan), ("inf", .infinity), ("3", 3), ("256", 256),
    ])
    func otherNumbersAreNoClasses(_ text: String, _ value: Float) throws {
        var labels = Self.labels
        labels[6] = value
        let found = try run(Self.image, labels)
        #expect(found.exitCode == 1)
        #expect(
            found.errors
                == "error: in.safetensors: \"labels\" holds \(text) at [1, 1, 0], expected class numbers from 0 "
                + "to 2, or 255, which does not count\n")
    }

    @Test(arguments: [("nan", Float.nan), ("inf", .infinity), ("-inf", -.infinity)])
    func inputsAreNumbers(_ text: String, _ value: Float) throws {
        var image = Self.image
        image[5] = value
        let found = try run(image, Self.labels)
        #expect(found.exitCode == 1)
        #expect(
            found.errors == "error: in.safetensors: \"image\" holds \(text) at [1, 0, 0, 1], expected finite numbers\n")
    }

    @Test func wholeNumbersAreClassesWhateverTheirType() throws {
        let bits = [0, 1, 2, 255, 2, 1, 0, 0].map { Float(bitPattern: UInt32($0)) }
        #expect(try run(Self.image, bits, element: "I32").exitCode == 0)
        let wrong = [0, 1, 2, 254, 2, 1, 0, 0].map { Float(bitPattern: UInt32($0)) }
        let found = try run(Self.image, wrong, element: "I32")
        #expect(found.exitCode == 1 && found.errors.contains("holds 254 at [0, 1, 1], expected class numbers"))
    }
}
