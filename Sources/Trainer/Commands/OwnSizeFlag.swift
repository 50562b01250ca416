import ArgumentParser

/// Whether masks are measured as they are written.
struct OwnSizeFlag: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: ArgumentHelp(
            "Also measure the best weights' masks as predict writes them, at the pictures' own size, against the masks "
                + "at theirs."))
    var ownSize = true
}
