import Testing

@testable import Driver

@Suite("what Linux tells of the processor")
struct ProcessorDescriptionTests {
    @Test(
        "which ones take vectors of 512 bits in two halves",
        arguments: [
            ("AuthenticAMD", "25", true), ("AuthenticAMD", "26", false), ("GenuineIntel", "6", false),
            ("GenuineIntel", "25", false), ("", "", false),
        ])
    func halves(vendor: String, family: String, isSplit: Bool) {
        let text = """
            processor\t: 0
            vendor_id\t: \(vendor)
            cpu family\t: \(family)
            flags\t\t: fpu avx512f  avx512bw

            processor\t: 1
            vendor_id\t: Other
            cpu family\t: 99
            flags\t\t: fpu
            """
        let processor = ProcessorDescription(text)
        #expect(processor.splitsWideVectors == isSplit)
        #expect(processor.flags == ["fpu", "avx512f", "avx512bw"])
    }

    @Test("texts without fields", arguments: ["", "\n\n", "nothing", ":", "flags"])
    func nothing(text: String) {
        let processor = ProcessorDescription(text)
        #expect(processor.flags.isEmpty)
        #expect(!processor.splitsWideVectors)
    }
}
