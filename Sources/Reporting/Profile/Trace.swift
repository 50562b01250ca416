import Base
import FileAccess
import Runtime
import TrainerSupport

/// A trace as Chrome and Perfetto read it ("Trace Event Format", JSON object form, complete events).
package struct Trace {
    /// What the whole is about.
    var header: [JSON.Member]
    var threads: [TraceThread]

    /// - Throws: `FileError` when the file cannot be written; what was there before then stays.
    func write(to path: String) throws {
        try FileWriter.write(path) { file in
            try file.append("\(Self.start)\(JSON.object(header).text(.compact)),\"traceEvents\":[\n")
            try file.append(Self.name("process_name", thread: nil, "trainer"))
            for thread in threads {
                try file.append(",\n" + Self.name("thread_name", thread: thread.number, thread.name))
                for slice in thread.slices { try file.append(",\n" + Self.event(slice, thread: thread.number)) }
            }
            try file.append("\n]}\n")
        }
    }

    /// What every such file begins with.
    private static let start = "{\"displayTimeUnit\":\"ms\",\"otherData\":"

    /// - Throws: `TrainerError` when there is a file of another kind, which must not be lost.
    package static func check(_ path: String) throws {
        guard FileSystem.isFile(path), let head = try? FileSystem.head(of: path, count: start.utf8.count),
            !head.isEmpty, head != Array(start.utf8)
        else { return }
        throw TrainerError(
            "\(path): is there already, and is no record of --profile", hint: "choose another name, or remove the file")
    }

    private static func name(_ kind: String, thread: Int?, _ name: String) -> String {
        var members: [JSON.Member] = [
            ("ph", .string("M")), ("name", .string(kind)), ("pid", .integer(1)),
        ]
        if let thread { members.append(("tid", .integer(thread))) }
        members.append(("args", .object([("name", .string(name))])))
        return JSON.object(members).text(.compact)
    }

    private static func event(_ slice: TraceSlice, thread: Int) -> String {
        let head = JSON.object([
            ("ph", .string("X")), ("name", .string(slice.name)),
            ("cat", .string(slice.category)), ("pid", .integer(1)),
            ("tid", .integer(thread)),
        ])
        let args = JSON.object(slice.arguments).text(.compact)
        return head.text(.compact).dropLast()
            + ",\"ts\":\(microseconds(slice.begin)),\"dur\":\(microseconds(slice.end - slice.begin))"
            + ",\"args\":\(args)}"
    }

    /// Nanoseconds in the format's unit, exactly.
    private static func microseconds(_ nanoseconds: Int) -> String {
        let rest = String(nanoseconds % 1000)
        return "\(nanoseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }
}

/// What one thread did.
struct TraceThread {
    /// By which the format knows it.
    var number: Int
    var name: String
    /// In the order of their beginnings; one that holds others comes before them.
    var slices: [TraceSlice]
}

/// Something that took time.
struct TraceSlice {
    var name: String
    var category: String
    /// Nanoseconds from the start of the trace.
    var begin: Int
    var end: Int
    var arguments: [JSON.Member]
}
