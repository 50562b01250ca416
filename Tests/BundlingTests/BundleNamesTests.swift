import Testing

@testable import Bundling

/// What bundles and everything in them are called.
@Suite struct BundleNamesTests {
    @Test(arguments: [
        ("unet-small", "unet_small"), ("unet", "unet"), ("8 bit", "n8_bit"), ("größer", "gr__er"), ("a.b/c\n", "a_b_c"),
        ("", "n"), ("___", "n"), ("_x", "n_x"), ("int", "int"), ("v8", "v8"), ("U", "U"), ("unetc_net", "unetc_net"),
        // Headers, libraries and targets of these names there are.
        ("math", "math_net"), ("Math", "Math_net"), ("string", "string_net"), ("features", "features_net"),
        ("m", "m_net"),
        ("test", "test_net"), ("all", "all_net"),
    ])
    func prefixes(_ name: String, _ expected: String) {
        let names = BundleNames(name)
        #expect(names.prefix == expected, "of \"\(name)\"")
        #expect(names.constants == expected.uppercased(), "of \"\(name)\"")
        #expect(BundleNames(names.prefix) == names, "the prefix of \"\(name)\" may be asked for as it is")
    }

    @Test(arguments: ["net", "unetc", "my_unetc", "my_unetc_net", "MYUNETC", "UNETC_2"])
    func everythingIsRenamedOnce(_ name: String) {
        let names = BundleNames(name)
        let text =
            "#include \"unetc.h\"\nint unetc_init(UNETC_API unetc_net *net); /* \(names.kept("unetc_files.txt")) */"
        let constants = name.uppercased()
        #expect(
            names.renamed(text)
                == "#include \"\(name).h\"\nint \(name)_init(\(constants)_API \(name)_net *net); /* unetc_files.txt */")
        #expect(names.renamed(names.kept("unetc_ UNETC_ unetc")) == "unetc_ UNETC_ unetc")
    }

    @Test(arguments: [
        ("unetc.h", "net.h"), ("unetc_net.c", "net_net.c"), ("kernels/x86-64/unetc_x.c", "kernels/x86-64/unetc_x.c"),
        ("README.md", "README.md"),
    ])
    func filesAreRenamed(_ path: String, _ expected: String) {
        #expect(BundleNames("net").renamed(file: path) == expected)
    }
}
