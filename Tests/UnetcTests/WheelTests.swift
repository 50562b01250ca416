import Driver
import Strategy
import TestSupport
import Testing

@testable import unetc

/// `unetc bundle --wheel`: packages that Python's own tools find sound, and that say what their nets say.
@Suite struct WheelTests {
    static let python = try? PythonProgram.find(nil, variable: "UNETC_ONNX_PYTHON", packages: ["numpy", "pip"])
    static let reason: Comment = "there is no Python with numpy and pip: scripts/setup-python.sh makes one"

    #if arch(arm64)
    private static let target = "aarch64"
    #else
    private static let target = "x86-64"
    #endif

    /// A net of a layer, of each task, with numbers of channels that pictures are made of in different ways.
    static let graphs: [(name: String, channels: Int, target: String, outputs: Int, loss: String)] = [
        ("masks", 3, "target t: [1, 12, 20]", 1, "bce_with_logits(logits, t)"),
        ("kinds", 1, "target t: classes[12, 20]", 4, "cross_entropy(logits, t)"),
        ("bands", 2, "target t: [3, 12, 20]", 3, "bce_with_logits(logits, t)"),
        ("copy_of_4", 4, "", 4, "mse(logits, image)"),
    ]

    private func bundle(
        _ number: Int, _ flags: String, into folder: String, with program: UnetcProgram
    ) throws -> String {
        let graph = Self.graphs[number]
        let text = """
            graph \(graph.name) {
              input image: [\(graph.channels), 12, 20]
              \(graph.target)
              output logits = conv(image, \(graph.outputs), kernel: 3, padding: same)
              loss \(graph.loss)
            }
            """
        try program.write("\(graph.name).graph", text)
        let run = try program.run(
            "bundle \(graph.name).graph --wheel --target \(Self.target) --output \(folder) \(flags)",
            environment: "UNETC_CACHE='\(program.folder)/cache'")
        try #require(run.exitCode == 0, "\(run.output)\(run.errors)")
        let line = try #require(
            run.output.split(separator: "\n").first { $0.contains("pip install ") }, "\(run.output)")
        return String(line.split(separator: " ").last ?? "")
    }

    /// The archive, its list of hashes, and the systems that it says it is for.
    @Test(.enabled(if: python != nil, reason)) func archivesAreSound() throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        let wheel = try bundle(0, "", into: "a", with: program)
        let check = """
            import base64, csv, hashlib, io, re, shutil, subprocess, sys, zipfile
            path = sys.argv[1]
            archive = zipfile.ZipFile(path)
            assert archive.testzip() is None
            names = archive.namelist()
            information = next(n for n in names if n.endswith(".dist-info/RECORD"))[:-len("RECORD")]
            rows = list(csv.reader(io.StringIO(archive.read(information + "RECORD").decode())))
            assert sorted(row[0] for row in rows) == sorted(names), (rows, names)
            for name, digest, size in rows:
                data = archive.read(name)
                if name == information + "RECORD":
                    assert digest == size == ""
                    continue
                found = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
                assert digest == "sha256=" + found and int(size) == len(data), name
            tags = re.findall("Tag: (.*)", archive.read(information + "WHEEL").decode())
            distribution, version = information.split(".dist-info")[0].split("-")
            assert path.endswith(f"{distribution}-{version}-py3-none-{'.'.join(t[9:] for t in tags)}.whl"), (path, tags)
            assert "Requires-Dist: numpy" in archive.read(information + "METADATA").decode()
            if shutil.which("objdump") and "manylinux" in tags[0]:
                library = next(n for n in names if n.endswith(".so"))
                open("library.so", "wb").write(archive.read(library))
                symbols = subprocess.run(["objdump", "-T", "library.so"], capture_output=True, text=True, check=True).stdout
                needed = max(int(n) for n in re.findall(r"GLIBC_2\\.(\\d+)", symbols))
                assert int(tags[0].split("_")[2]) == max(17, needed), (tags, needed)
                exported = re.findall(r" g .* (\\w+)$", symbols, re.M)
                assert exported and all(name.startswith("masks_") for name in exported), exported
            print("sound")
            """
        try program.write("check.py", check)
        let python = try #require(Self.python?.path)
        try expectSuccess("'\(python)' check.py '\(wheel)'", program)
        #expect(program.shell("'\(python)' -m zipfile -t '\(wheel)'") == 0)

        let again = try bundle(0, "", into: "b", with: program)
        #expect(program.shell("cmp '\(wheel)' '\(again)'") == 0, "the same net makes the same bytes")
        let embedded = try bundle(0, "--embed", into: "c", with: program)
        #expect(program.shell("'\(python)' -m zipfile -l '\(embedded)' | grep -q '[.]weights'") == 1)
    }

    /// What a package says of pictures of the net's size is what its net says, by numpy's arithmetic; pictures may lie in memory
    /// as they like.
    @Test(.enabled(if: python != nil, reason), arguments: graphs.indices)
    func masksAreThoseOfTheNet(_ number: Int) throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        // The weights' place in the package is tried once, and in the library once.
        let wheel = try bundle(number, number == 1 ? "--embed" : "", into: "out", with: program)
        try program.write("try.py", Self.trial)
        let python = try #require(Self.python?.path)
        let install = "install -q --disable-pip-version-check --no-index --no-deps --target site"
        try expectSuccess("'\(python)' -m pip \(install) '\(wheel)'", program)
        try expectSuccess("PYTHONPATH=site '\(python)' try.py \(Self.graphs[number].name)", program)
    }

    private func expectSuccess(_ line: String, _ program: UnetcProgram) throws {
        let status = program.shell("\(line) > said 2>&1")
        let said = try program.text("said")
        #expect(status == 0, "\(line)\n\(said)")
    }

    private static let trial = """
        import importlib, sys, threading
        import numpy as np

        package = importlib.import_module(sys.argv[1])
        net, alone = package.load(threads=2), package.load(threads=1)
        channels, height, width = net.input_shape
        random = np.random.default_rng(5)
        chw = random.random((3, channels, height, width), np.float32)
        logits = net.run(chw)
        assert np.array_equal(logits, alone.run(chw)) and np.array_equal(logits[1:2], net.run(chw[1:2]))
        pictures = [np.ascontiguousarray(p.transpose(1, 2, 0)) for p in chw]
        if channels == 1:
            pictures = [p[:, :, 0] for p in pictures]

        def close(a, b, most=1e-6):
            assert a.shape == b.shape and np.abs(a - b).max() < most, (a.shape, b.shape, np.abs(a - b).max())

        def decided(values):
            if sys.argv[1] == "kinds":
                return values.argmax(0)
            if sys.argv[1] == "copy_of_4":
                return np.floor(values * np.float32(255) + np.float32(0.5)).transpose(1, 2, 0)
            bits = [255] if len(values) == 1 else [1, 2, 4]
            return sum((v >= np.float32(0.5)) * b for v, b in zip(values, bits))

        for picture, logit in zip(pictures, logits):
            mask, values = net.segment(picture), net.probabilities(picture)
            assert mask.dtype == np.uint8 and values.dtype == np.float32 and mask.shape[:2] == (height, width)
            if sys.argv[1] == "kinds":
                power = np.exp(logit - logit.max(0))
                close(values, power / power.sum(0))
                assert np.array_equal(mask, decided(logit)) and net.classes == ("0", "1", "2", "3")
                assert net.threshold is None
            elif sys.argv[1] == "copy_of_4":
                close(values, logit.clip(0, 1))
                assert np.array_equal(mask, decided(values))
            else:
                close(values, 1 / (1 + np.exp(-logit)))
                assert np.array_equal(mask, decided(values))
                bits, high = [255] if len(logit) == 1 else [1, 2, 4], float(values.mean())
                expected = sum((v >= np.float32(high)) * b for v, b in zip(values, bits))
                assert np.array_equal(net.segment(picture, threshold=high), expected)
                assert np.array_equal(net.segment(picture), mask), "a threshold is that of one call"

        picture = (random.random((31, 47) + ((channels,) if channels > 1 else ())) * 256).astype(np.uint8)
        mask = net.segment(picture)
        assert len(np.unique(mask)) > 1

        def same(other, **options):
            assert np.array_equal(net.segment(other, **options), mask)

        same(picture[::-1].copy()[::-1])
        wide = np.zeros((40, 60) + picture.shape[2:], np.uint8)
        wide[4:35, 7:54] = picture
        same(wide[4:35, 7:54])
        same(np.asfortranarray(picture))
        same(np.repeat(picture, 2, axis=1)[:, ::2])
        if channels == 3:
            same(picture[:, :, ::-1], order="BGR")
            same(picture[:, :, ::-1].copy(), order="BGR")
            same(np.dstack([picture, picture[:, :, 0]]))
            for kind in (np.uint16, np.float32):
                other = picture.astype(kind)
                expected = net.segment(other)
                assert np.array_equal(net.segment(other[:, :, ::-1].copy(), order="BGR"), expected)
                assert np.array_equal(net.segment(np.dstack([other, other])[:, :, :4]), expected)
        gray = picture if picture.ndim == 2 else picture[:, :, 0]
        if channels in (1, 3):
            expected = net.segment(gray)
            assert np.array_equal(net.segment(gray[:, :, None]), expected)
            if channels == 3:
                assert np.array_equal(net.segment(np.dstack([gray, gray, gray])), expected)
            else:
                same(np.dstack([gray, gray, gray]))
        if channels == 4:
            assert np.array_equal(net.segment(picture[:, :, [2, 1, 0, 3]], order="BGR"), mask)
            words = picture.astype(np.uint16) * 257
            assert np.array_equal(net.segment(words[:, :, [2, 1, 0, 3]], order="BGR"), net.segment(words))

        several = net.segment([picture, picture[:9]])
        assert len(several) == 2 and np.array_equal(several[0], mask) and several[1].shape[:2] == (9, 47)
        if picture.ndim == 3:
            assert np.array_equal(net.segment(np.stack([picture, picture]))[1], mask)
        room = np.zeros((80, 90) + mask.shape[2:], np.uint8)
        out = room[10:41, 20:67]
        assert net.segment(picture, out=out) is out and np.array_equal(out, mask)
        assert int(room.sum()) == int(mask.sum())
        net.segment(picture, out=room[40:9:-1, 20:67])
        assert np.array_equal(out, mask[::-1])
        huge = np.zeros((3, 70001) + picture.shape[2:], np.float32)
        assert net.segment(huge).shape[:2] == huge.shape[:2]
        same(picture)

        def fails(error, words, action):
            try:
                action()
            except error as found:
                assert words in str(found), found
            else:
                raise AssertionError(f"nothing is raised where {words} is wrong")

        fails(ValueError, "found float64", lambda: net.segment(picture.astype(float)))
        fails(ValueError, "found uint8 [0, ", lambda: net.segment(picture[:0]))
        fails(ValueError, 'order "RGB" or "BGR", found \\'RBG\\'', lambda: net.segment(picture, order="RBG"))
        fails(ValueError, "threshold", lambda: net.segment(picture, threshold=1.5))
        fails(ValueError, "expected out uint8", lambda: net.segment(picture, out=mask[:4]))
        fails(ValueError, f"[n, {channels}, {height}, {width}], found float64", lambda: net.run(chw.astype(float)))
        fails(ValueError, "threads, found 0", lambda: package.load(threads=0))
        open("wrong", "wb").write(bytes(200))
        fails(package.Error, "not the weights of this net", lambda: package.load(weights="wrong"))

        # By tiles a picture has its own resolution: of a part the net says the same, but for the part's edge.
        if sys.argv[1] in ("masks", "bands"):
            fails(package.Error, "cannot be computed tile by tile", lambda: net.segment(picture, tiles=True))
        else:
            values, large = net.probabilities(picture, tiles=True), np.tile(picture, (9, 13) + (1,) * (picture.ndim - 2))
            part = net.probabilities(picture[5:5 + height, 7:7 + width])
            close(values[:, 6:4 + height, 8:6 + width], part[:, 1:-1, 1:-1], 1e-5)
            assert np.array_equal(net.segment(picture, tiles=True), decided(values))
            assert net.segment(picture[::-1], out=out, tiles=True) is out
            assert np.array_equal(out, decided(net.probabilities(picture[::-1].copy(), tiles=True)))
            far = net.probabilities([large], tiles=True)[0]
            close(far[:, 6 * 31 + 1:7 * 31 - 1, 9 * 47 + 1:10 * 47 - 1], values[:, 1:-1, 1:-1], 1e-5)
            assert np.array_equal(alone.segment(large, tiles=True), decided(far))
            same(picture)

        # Threads wait for each other; children have the net anew.
        def work():
            for _ in range(20):
                same(picture)

        import os
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        child = os.fork()
        if child == 0:
            os._exit(0 if np.array_equal(net.segment(picture), mask) else 1)
        assert os.waitpid(child, 0)[1] == 0
        """

    /// Words of Python make no package, and other kinds of processors no library here.
    @Test(arguments: [
        ("--name lambda2 --target wasm32", "for processors of this machine's kind, found targets wasm32"),
        ("--name numpy", "cannot be called \"numpy\""),
    ])
    func whatCannotBePackedIsSaid(_ flags: String, _ message: String) throws {
        let program = try UnetcProgram()
        defer { program.remove() }
        try program.write("g.graph", "graph g { input image: [1, 4, 4]\n output logits = conv(image, 1, kernel: 1) }")
        let run = try program.run(
            "bundle g.graph --wheel \(flags)", environment: "UNETC_CACHE='\(program.folder)/cache'")
        #expect(run.exitCode == 1 && run.errors.contains(message), "\(run.output)\(run.errors)")
    }
}
