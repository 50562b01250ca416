import Base
import Platform
import Testing

@Suite struct TrigonometryTests {
    @Test func agreesWithTheLibrary() {
        for i in -4000...4000 {
            let turns = Double(i) / 1600
            let angle = 2 * Double.pi * turns
            #expect(abs(Trigonometry.cosine(turns: turns) - cos(angle)) < 4e-15, "cosine of \(turns) turns")
            #expect(abs(Trigonometry.sine(turns: turns) - sin(angle)) < 4e-15, "sine of \(turns) turns")
        }
    }

    @Test(arguments: [(0.0, 1.0, 0.0), (0.25, 0, 1), (0.5, -1, 0), (0.75, 0, -1), (1, 1, 0), (-0.25, 0, -1)])
    func quartersAreExact(turns: Double, cosine: Double, sine: Double) {
        #expect(Trigonometry.cosine(turns: turns) == cosine)
        #expect(Trigonometry.sine(turns: turns) == sine)
    }
}
