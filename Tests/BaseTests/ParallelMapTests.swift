import Base
import Testing

@Suite struct ParallelMapTests {
    @Test(arguments: [1, 2, 7])
    func parallelMapsKeepTheirOrder(threads: Int) throws {
        var last = 0
        let squares = try parallelMap(count: 100, threads: threads, progress: { last = $0 }, body: { $0 * $0 })
        #expect(squares == (0..<100).map { $0 * $0 })
        #expect(last == 100)
        #expect(try parallelMap(count: 0, threads: threads, body: { $0 }).isEmpty)
    }
}
