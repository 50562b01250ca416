import Emission
import KernelIR
import Kernels

/// What builds a bundle: CMakeLists.txt, and a description for pkg-config.
struct BundleBuild {
    let description: BundleDescription
    /// What all processors compile, and what each target adds.
    let common: [String]
    let targets: [(target: BundleTarget, sources: [String])]

    /// As kernels are compiled for the trainer, so that they compute the same bits.
    static let flags = ["-O3", "-fno-tree-vectorize", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"]

    private var prefix: String { description.names.prefix }

    var cmake: String {
        """
        # The net "\(description.graphName)" as a library. Made by unetc \(description.compilerVersion).
        #
        #   cmake -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build && ctest --test-dir build
        cmake_minimum_required(VERSION 3.13)
        project(\(prefix) VERSION 1.0 LANGUAGES C)
        include(GNUInstallDirs)

        option(\(description.names.constants)_BUILD_EXAMPLE "Build the example and the test" ON)

        add_library(\(prefix)
        \(common.map { "  \($0)" }.joined(separator: "\n")))

        # Each target's kernels are compiled for its processor, with no vectors and no fused operations but those that stand
        # there: results are the same bits whatever the compiler.
        set(flags \(Self.flags.joined(separator: " ")))
        \(targets.map { conditional($0.target, $0.sources) }.joined(separator: "\n"))
        set_target_properties(\(prefix) PROPERTIES
          C_STANDARD 99 C_EXTENSIONS OFF C_VISIBILITY_PRESET hidden POSITION_INDEPENDENT_CODE ON
          PUBLIC_HEADER \(prefix).h)
        target_compile_options(\(prefix) PRIVATE ${flags} -Wall -Wextra)
        target_include_directories(\(prefix) PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}> $<INSTALL_INTERFACE:include>)
        target_link_libraries(\(prefix) PUBLIC m)

        if(\(description.names.constants)_BUILD_EXAMPLE)
          add_executable(\(prefix)_segment example/segment.c)
          set_target_properties(\(prefix)_segment PROPERTIES C_STANDARD 99)
          target_link_libraries(\(prefix)_segment \(prefix))
          enable_testing()
          add_executable(\(prefix)_golden test/golden.c)
          set_target_properties(\(prefix)_golden PROPERTIES C_STANDARD 99)
          target_link_libraries(\(prefix)_golden \(prefix))
          add_test(NAME golden COMMAND \(prefix)_golden ${CMAKE_CURRENT_SOURCE_DIR}/test/golden.bin\(weightsArgument))
        endif()

        install(TARGETS \(prefix) LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
          PUBLIC_HEADER DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
        # The description says where headers lie as seen from itself, so that what is installed may be moved.
        file(RELATIVE_PATH headers ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_FULL_INCLUDEDIR})
        file(READ \(prefix).pc text)
        string(REPLACE "../../include" "${headers}" text "${text}")
        file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/\(prefix).pc "${text}")
        install(FILES ${CMAKE_CURRENT_BINARY_DIR}/\(prefix).pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
        \(description.embedsWeights ? "" : "install(FILES \(prefix).weights DESTINATION ${CMAKE_INSTALL_DATADIR}/\(prefix))\n")
        """
    }

    private var weightsArgument: String {
        description.embedsWeights ? "" : " ${CMAKE_CURRENT_SOURCE_DIR}/\(prefix).weights"
    }

    private func conditional(_ target: BundleTarget, _ sources: [String]) -> String {
        let flags = target.target.compilerFlags.joined(separator: ";")
        let list = sources.map { "    \($0)" }.joined(separator: "\n")
        return """
            if(CMAKE_SYSTEM_PROCESSOR MATCHES "\(BundleProcessor(target.target).pattern)")
              set(files
            \(list))
              set_source_files_properties(${files} PROPERTIES COMPILE_OPTIONS "\(flags)")
              target_sources(\(prefix) PRIVATE ${files})
            endif()
            """
    }

    var pkgConfig: String {
        """
        libdir=${pcfiledir}/..
        includedir=${pcfiledir}/../../include

        Name: \(prefix)
        Description: The net "\(description.graphName)": pictures in, masks out
        Version: 1.0
        Libs: -L${libdir} -l\(prefix)
        Libs.private: -lm
        Cflags: -I${includedir}

        """
    }
}
