import Platform
import TrainerSupport

/// Something to read from that is no file.
package final class Pipe {
    package let end: Int32

    /// A pipe that gives the text and then ends.
    package init(_ text: String) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw TrainerError("no pipe can be made") }
        write(ends[1], text, text.utf8.count)
        close(ends[1])
        end = ends[0]
    }

    deinit { close(end) }
}
