import TestSupport
import Testing

import Platform

/// Compilers that are killed, and compilations that are.
@Suite struct CompilerTests {
    private static let net = """
        graph t {
          input x: [1, 16, 16]
          target y: [1, 16, 16]
          output z = conv(x, 1, kernel: 3, padding: 1)
          loss bce_with_logits(z, y)
          train { optimizer: sgd(lr: 1e-2)  batch: 2  epochs: 1 }
        }

        """

    /// A program with a compiler that runs `body` in its own way, `$1` being its first argument.
    private func program(_ body: String) throws -> UnetcProgram {
        let program = try UnetcProgram()
        try program.write("net.graph", Self.net)
        try program.write(
            "mycc", "#!/bin/sh\ncase \"$*\" in --version) echo mycc 1; exit;; esac\n\(body)\nexec cc \"$@\"\n")
        chmod(program.folder + "/mycc", 0o755)
        return program
    }

    private func environment(_ program: UnetcProgram, _ compiler: String = "mycc") -> String {
        "UNETC_CACHE='\(program.folder)/cache' CC='\(program.folder)/\(compiler)'"
    }

    @Test(arguments: [
        ("case \"$*\" in *' -c '*) kill -KILL $$;; esac", "the C compiler was killed by signal 9 (SIGKILL), which is"),
        ("case \"$*\" in *-shared*) kill -KILL $$;; esac", "the linker was killed by signal 9 (SIGKILL), which is"),
        ("case \"$*\" in *' -c '*) kill -TERM $$;; esac", "the C compiler was ended by signal 15 (SIGTERM)"),
        ("case \"$*\" in *-shared*) kill -XCPU $$;; esac", "the linker was ended by signal 24 (SIGXCPU): its time"),
        (
            "case \"$*\" in *' -c '*) echo 'x.s: No space left on device' >&2; exit 1;; esac",
            "no space is left for the files of the C compiler:\nx.s: No space left on device"
        ),
        ("kill -SEGV $$", "the C compiler crashed with signal 11 (SIGSEGV)"),
    ])
    func compilersThatAreKilledAreNoBugs(_ body: String, _ words: String) throws {
        let program = try program(body)
        defer { program.remove() }
        let run = try program.run(
            "bench net.graph --threads 1 --inference-only --runs 1", environment: environment(program))
        #expect(run.exitCode == 1)
        #expect(run.errors.contains("error: " + words), "\(run.errors)")
        #expect(!run.errors.contains("bug") && !run.errors.contains("libraries"), "\(run.errors)")
        #expect(try leftovers(program) == [])
    }

    /// What lies in the cache beside what is finished.
    private func leftovers(_ program: UnetcProgram) throws -> [String] {
        let cache = program.folder + "/cache"
        let work = try fileNames(in: cache + "/work").map { "work/" + $0 }
        return work + (try fileNames(in: cache + "/objects").filter { !$0.hasSuffix(".o") && !$0.hasSuffix(".key") })
    }

    @Test func leftoversOfKilledCompilationsGoWithTheNext() throws {
        let program = try program("case \"$*\" in *' -c '*) touch \"$0.started\"; exec sleep 3;; esac")
        defer { program.remove() }
        let command = "bench net.graph --threads 1 --inference-only --runs 1"
        #expect(
            program.shell(
                "\(environment(program)) $unetc \(command) >/dev/null 2>&1 & "
                    + "until [ -e mycc.started ]; do sleep 0.01; done; kill -KILL $!; wait $!; true")
                == 0)
        #expect(try leftovers(program).count == 1, "a killed compilation leaves its folder")
        let next = try program.run(command, environment: "UNETC_CACHE='\(program.folder)/cache'")
        #expect(next.exitCode == 0, "\(next.errors)")
        #expect(try leftovers(program) == [])
    }
}
