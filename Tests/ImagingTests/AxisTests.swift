import Imaging
import Testing

@Suite struct AxisTests {
    @Test(
        arguments: [
            ([1, 25], 6, ["5", "10", "15", "20", "25"]),
            ([0, 1], 4, ["0.0", "0.5", "1.0"]),
            ([0.12, 0.86], 8, ["0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8"]),
            ([-0.02, 0.02], 4, ["-0.02", "-0.01", "0.00", "0.01", "0.02"]),
            ([0, 3e-7], 3, ["0", "1e-7", "2e-7", "3e-7"]),
            ([0, 2.5e7], 5, ["0", "0.5e7", "1.0e7", "1.5e7", "2.0e7", "2.5e7"]),
            ([1000, 3000], 4, ["1000", "1500", "2000", "2500", "3000"]),
            ([.nan, 2, .infinity, 4], 2, ["2", "3", "4"]),
        ] as [([Double], Int, [String])])
    func ticksAreRound(values: [Double], count: Int, labels: [String]) {
        let axis = Axis(values: values, tickCount: count, padding: 0)
        #expect(axis.ticks.map(axis.label) == labels)
    }

    @Test(arguments: [([1, 3], ["1", "2", "3"]), ([1, 40], ["10", "20", "30", "40"])] as [([Double], [String])])
    func wholeNumbersHaveNoTicksBetweenThem(values: [Double], labels: [String]) {
        let axis = Axis(values: values, tickCount: 6, padding: 0, isWhole: true)
        #expect(axis.ticks.map(axis.label) == labels)
    }

    @Test(arguments: [[], [7], [0, 0], [3.5, 3.5]] as [[Double]])
    func flatValuesLieInsideTheRange(values: [Double]) {
        let axis = Axis(values: values, tickCount: 4, padding: 0.05)
        #expect(values.allSatisfy { axis.range.lowerBound < $0 && $0 < axis.range.upperBound })
        #expect(axis.ticks.count >= 2)
        #expect(Set(axis.ticks.map(axis.label)).count == axis.ticks.count)
    }
}
