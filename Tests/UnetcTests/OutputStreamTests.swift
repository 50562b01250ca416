import TestSupport
import Testing

import Platform

/// Results that do not go out are an error, whichever command they are of.
@Suite struct OutputStreamTests {
    private static let net = """
        graph t {
          input x: [1, 16, 16]
          target y: [1, 16, 16]
          output z = conv(x, 1, kernel: 3, padding: 1)
          loss bce_with_logits(z, y)
          train { optimizer: sgd(lr: 1e-2)  batch: 2  epochs: 1 }
        }

        """

    /// Every command that prints, and what else is written is of no matter.
    private static let commands = [
        "--help", "--version", "compile --help", "check net.graph", "check --json net.graph",
        "format --stdout net.graph",
        "format -", "format --check loose.graph", "dump net.graph", "dump net.graph --stage kernels",
        "dump net.graph --format svg", "inspect net.graph --html page.html", "budget net.graph",
        "bench net.graph --threads 1", "bench net.graph --threads 1 --json", "verify net.graph --threads 1",
        "plan blocks.csv", "doctor --images none --masks none --json",
    ]

    private func program() throws -> UnetcProgram {
        let program = try UnetcProgram()
        try program.write("net.graph", Self.net)
        try program.write("loose.graph", Self.net.split(separator: "\n").joined(separator: "\n\n\n"))
        try program.write("blocks.csv", "id,lower,upper,size\nb1,0,3,4\n")
        return program
    }

    @Test(arguments: commands) func fullDisksAreSaid(_ command: String) throws {
        let program = try program()
        defer { program.remove() }
        let run = try program.run(command, input: Self.net, redirections: ">/dev/full")
        #expect(run.exitCode == 1)
        #expect(
            run.errors.hasSuffix("error: cannot write to standard output: No space left on device\n"), "\(run.errors)")
    }

    @Test(arguments: ["--help", "check net.graph", "dump net.graph", "plan blocks.csv --output placed.csv"])
    func closedOutputsAreSaid(_ command: String) throws {
        let program = try program()
        defer { program.remove() }
        let run = try program.run(command, redirections: ">&-")
        #expect(run.exitCode == 1)
        #expect(run.errors.hasSuffix("error: cannot write to standard output: it is closed\n"), "\(run.errors)")
        // And not printed into whatever was opened first.
        if command.contains("placed.csv") {
            #expect(try program.text("placed.csv") == "id,lower,upper,size,offset\nb1,0,3,4,0\n")
        }
    }

    /// Programs that nobody listens to do their work all the same.
    @Test func otherClosedStreamsLoseNothing() throws {
        let program = try program()
        defer { program.remove() }
        let run = try program.run("plan blocks.csv --output placed.csv", redirections: "2>&- <&-")
        #expect(run.exitCode == 0 && run.output.hasPrefix("1 blocks: "))
        #expect(try program.text("placed.csv") == "id,lower,upper,size,offset\nb1,0,3,4,0\n")
        let all = try program.run("plan blocks.csv --output all.csv", redirections: ">&- 2>&- <&-")
        #expect(all.exitCode == 1)
        #expect(try program.text("all.csv") == "id,lower,upper,size,offset\nb1,0,3,4,0\n")
        let input = try program.run("check -", redirections: "<&-")
        #expect(input.exitCode == 1 && input.errors.contains("standard input: cannot be read: Bad file"), "\(input)")
    }

    /// As with other programs, the signal ends it, or says so to the shell.
    @Test(arguments: ["", "trap '' PIPE; "]) func readersThatLeaveEndItQuietly(_ before: String) throws {
        let program = try program()
        defer { program.remove() }
        let status = program.shell(
            "\(before){ $unetc dump net.graph --stage kernels 2>errors; echo $? >status; } | true; exit 0")
        #expect(status == 0)
        #expect(try program.text("errors") == "")
        // Where it was done before the reader left, nothing is lost.
        #expect(["141\n", "0\n"].contains(try program.text("status")))
    }

    // MARK: Files

    /// The commands that write a file, with `FILE` for its name, and what it begins with.
    private static let writers = [
        ("plan blocks.csv --output FILE", "id,lower"), ("inspect net.graph --html FILE", "<!DOCTYPE"),
        ("budget net.graph --csv FILE", "bytes,"), ("budget net.graph --png FILE", "\u{FFFD}PNG"),
        ("bench net.graph --threads 1 --roofline FILE", "\u{FFFD}PNG"),
    ]

    @Test(arguments: writers) func whatIsNoFileIsWrittenTo(_ line: String, _ start: String) throws {
        let program = try program()
        defer { program.remove() }
        func command(_ file: String) -> String { line.replacing("FILE", with: file) }
        let toDevice = try program.run(command("/dev/null"))
        var status = stat()
        #expect(toDevice.exitCode == 0 && lstat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
        let full = try program.run(command("/dev/full"))
        #expect(full.exitCode == 1)
        #expect(full.errors.contains("error: /dev/full: cannot be written: No space left on device"), "\(full.errors)")
        let toOutput = try program.run(command("/dev/stdout"))
        #expect(toOutput.exitCode == 0 && toOutput.output.contains(start), "\(toOutput.errors)")
        // A pipe with a name.
        #expect(program.shell("mkfifo pipe; cat pipe >copy & $unetc \(command("pipe")) >/dev/null 2>&1; wait") == 0)
        #expect(try program.text("copy").hasPrefix(start))
        #expect(lstat(program.folder + "/pipe", &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    }

    @Test(arguments: writers) func linksStayAndReadOnlyFilesToo(_ command: String, _ start: String) throws {
        let program = try program()
        defer { program.remove() }
        func run(_ file: String) throws -> ProgramRun { try program.run(command.replacing("FILE", with: file)) }
        #expect(program.shell("echo old >target; chmod 640 target; ln -s target link") == 0)
        #expect(try run("link").exitCode == 0)
        var status = stat()
        #expect(lstat(program.folder + "/link", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
        #expect(stat(program.folder + "/target", &status) == 0 && status.st_mode & 0o777 == 0o640)
        #expect(try program.text("target").hasPrefix(start))
        #expect(program.shell("echo precious >mine; chmod 444 mine; mkdir folder") == 0)
        for (file, reason) in [
            ("mine", "Permission denied: the file is read-only"), ("folder", "it is a folder"),
            ("none/file", "No such file or directory: its folder has to be there"),
        ] {
            let run = try run(file)
            #expect(run.exitCode == 1)
            #expect(run.errors.contains("error: \(file): cannot be written: \(reason)"), "\(run.errors)")
        }
        #expect(try program.text("mine") == "precious\n")
        #expect(try fileNames(in: program.folder).allSatisfy { !$0.hasSuffix(".tmp") })
    }

    /// A slip of the hand must not cost the file that a command reads, by whatever path it is named.
    @Test(arguments: [
        "inspect net.graph --html net.graph", "inspect net.graph --html link.graph",
        "budget net.graph --csv ./net.graph",
        "budget net.graph --png net.graph", "run net.graph --inputs in.safetensors --outputs net.graph",
        "run net.graph --inputs in.safetensors --outputs in.safetensors",
    ]) func whatIsReadIsNotReplaced(command: String) throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        for name in ["net.graph", "in.safetensors"] { try program.write(name, "precious") }
        #expect(program.shell("ln -s net.graph link.graph") == 0)
        let found = try program.run(command)
        #expect(found.exitCode == 1 && found.errors.contains("is read by this command"), "\(found.errors)")
        for name in ["net.graph", "in.safetensors"] { #expect(try program.text(name) == "precious") }
    }
}
