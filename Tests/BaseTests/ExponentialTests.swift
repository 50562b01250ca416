import Base
import Testing

@Suite struct ExponentialTests {
    @Test func exponentialsAreRight() {
        let values = [(0, 1), (1, 2.718281828459045), (-20.5, 1.2501528663867426e-9), (300.25, 2.4941248615349213e130)]
        for (x, expected) in values { #expect(abs(exponential(x) / expected - 1) < 1e-11, "e^\(x)") }
        #expect(exponential(1e9).isFinite && exponential(-1e9) < 1e-300 && exponential(.nan).isNaN)
    }
}
