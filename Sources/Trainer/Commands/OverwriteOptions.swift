import ArgumentParser
import TrainerSupport

/// Whether files may be replaced that are no results of earlier commands.
struct OverwriteOptions: ParsableArguments {
    @Flag(help: "Replace files that unetc has not written, or that were changed since.")
    var overwrite = false

    var replacing: Replacing { overwrite ? .any : .own }
}
