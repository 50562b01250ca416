import Emission

/// The bundle's README.md.
struct BundleGuide {
    let description: BundleDescription
    let interface: PictureInterface

    private var prefix: String { kept(description.names.prefix) }

    /// What is no name of the bundle's own.
    private func kept(_ text: String) -> String { description.names.kept(text) }

    var text: String {
        """
        # \(kept(description.graphName)), as a library

        The trained net of `\(kept(description.sourceName))` in C99: pictures in, masks out. It takes nothing but the C library; it
        allocates nothing, prints nothing, and keeps nothing outside of the memory that you give. Made by unetc \(description.compilerVersion).

        | | |
        |---|---|
        | input | `[\(shape(interface.inputShape))]` \(interface.inputShape[0] == 1 ? "(gray)" : interface.inputShape[0] == 3 ? "(red, green, blue)" : "(bands)") |
        | output | `[\(shape(interface.outputShape))]` |
        | precision | \(description.precision) |
        | processors | \(description.targets.map { "`\($0.target.name)`" }.joined(separator: ", ")): the best of them is taken at run time |
        | weights | \(description.embedsWeights ? "part of the library" : "`\(prefix).weights`") |

        ## Build

        ```
        cmake -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build && ctest --test-dir build
        build/\(prefix)_segment picture.ppm mask.pgm\(weightsArgument)
        ```

        The test computes the output of an input, and a picture's mask, and compares them with what the net said where this was
        made. `-DBUILD_SHARED_LIBS=ON` makes a shared library. Without CMake: compile `*.c` and the files below `kernels/` of
        your processors, with these flags and those that `CMakeLists.txt` gives for each of its folders; they keep results the
        same bits whatever the compiler.

        ```
        \(BundleBuild.flags.joined(separator: " "))
        ```

        ## Use

        `\(prefix).h` says all; `example/segment.c` is a whole program.

        ```c
        size_t bytes = unetc_arena_bytes(1);
        void *arena = malloc(bytes);                       /* or static memory: nothing else is taken */
        int error = unetc_init(arena, bytes, 1, \(description.embedsWeights ? "NULL, 0" : "weights, weight_bytes"));
        if (!error) error = unetc_segment(arena, pixels, width, height, 0, UNETC_RGB8, mask, 0);
        if (error) puts(unetc_error_text(error));
        ```

        Resizing, normalisation and threshold are those of the training: the mask is the one that `trainer predict` writes.
        Several nets, and several arenas of one net, may be used at once, each by one thread, or each with threads of yours
        (`unetc_set_parallel`).

        ## What is here

        | file | what |
        |---|---|
        | `\(prefix).h` | what programs include |
        \(description.embedsWeights ? "| `\(prefix)_weights.c` | the weights |" : "| `\(prefix).weights` | the weights, to be read or mapped; checked when they are given to `unetc_init` |")
        | `\(prefix)_net.c` | memory, and the walk over the steps |
        | `\(prefix)_segment.c`, `\(prefix)_picture*.c` … | pictures to inputs, outputs to masks |
        | `\(prefix)_targets.c`, `\(prefix)_processor.c` | which kernels this processor runs |
        | `kernels/` | for each kind of processor the kernels, a file for each group of layers, and `plans.c`: which runs when, where what it reads and writes lies |
        \(pageRow)| `test/` | what the net said where this was made |
        | `\(prefix).pc` | for pkg-config, once it is installed |
        | `\(kept("unetc_files.txt"))` | what unetc has written here, so that it replaces and removes nothing else |

        """
    }

    private var pageRow: String {
        guard description.hasPage else { return "" }
        return """
            | `web/index.html` | a page on which the net looks at pictures: open it in a browser |
            | `web/\(prefix).js`, `.wasm`, `.d.ts` | the net for pages and programs in JavaScript |

            """
    }

    private func shape(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: ", ") }
    private var weightsArgument: String { description.embedsWeights ? "" : " \(prefix).weights" }
}
