import Base
import Testing

@Suite struct ElementTypeTests {
    /// The nearest of all numbers that a bf16 can be, found by looking at both neighbours.
    private func nearest(_ number: Float) -> Float {
        guard !number.isSubnormal else { return 0 }
        let below = Float(bitPattern: number.bitPattern & 0xffff_0000)
        let above = Float(bitPattern: below.bitPattern &+ 0x1_0000)
        guard above.isFinite else { return below }
        let (a, b) = (abs(Double(number) - Double(below)), abs(Double(above) - Double(number)))
        return a < b || (a == b && below.bitPattern >> 16 & 1 == 0) ? below : above
    }

    @Test func roundsToTheNearest() {
        for bits in stride(from: UInt32(0), to: 0x7f7f_0000, by: 77_777) {
            for bits in [bits, bits | 0x8000_0000, bits & 0xffff_8000 | 0x8000] {
                let number = Float(bitPattern: bits)
                let rounded = ElementType.bfloat16.rounded(number)
                #expect(rounded == nearest(number), "\(number)")
                #expect(
                    number.isSubnormal
                        || abs(rounded - number) <= Float(ElementType.bfloat16.roundingUnit) * abs(number))
                #expect(ElementType.float32.rounded(number) == number)
            }
        }
    }

    @Test func specialNumbers() {
        let rounded = ElementType.bfloat16.rounded
        #expect(rounded(.infinity) == .infinity && rounded(-.infinity) == -.infinity)
        #expect(rounded(.greatestFiniteMagnitude) == .infinity, "nearer to what would be the next number")
        for zero in [-0.0, -Float.leastNonzeroMagnitude, -Float.leastNormalMagnitude.nextDown] {
            #expect(rounded(zero).bitPattern == Float(-0.0).bitPattern)
        }
        // Its payload lies in the half that is left out.
        #expect(rounded(Float(bitPattern: 0x7f80_0001)).isNaN)
    }

    @Test(arguments: ElementType.allCases)
    func memoryHoldsRoundedNumbers(_ element: ElementType) {
        let numbers: [Float] = [1, -1.0039063, 3.14159, 1e38, -1e-38, 0, .infinity, 65537]
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: element.bytes * numbers.count, alignment: 1)
        defer { memory.deallocate() }
        numbers.withUnsafeBufferPointer { element.write($0, to: memory) }
        var read = [Float](repeating: .nan, count: numbers.count)
        read.withUnsafeMutableBufferPointer { element.read(UnsafeRawBufferPointer(memory), into: $0) }
        #expect(read == numbers.map(element.rounded))
    }
}
