import Platform

/// Compares text with a file of the folder `Goldens` beside the test's source file.
///
/// A missing golden is a failure. With `UNETC_UPDATE_GOLDENS=1` in the environment the file is written instead; look at
/// what changed before committing it.
/// - Returns: what differs, with the first line that does; nil when the text is the golden.
/// - Throws: `FileError` when the golden cannot be written.
public func goldenMismatch(_ name: String, _ text: String, filePath: String = #filePath) throws -> String? {
    let folder = parent(filePath) + "/Goldens"
    let path = folder + "/" + name
    if let update = getenv("UNETC_UPDATE_GOLDENS"), String(cString: update) == "1" {
        mkdir(folder, 0o777)
        try writeText(text, to: path)
        return nil
    }
    guard let bytes = try? readBytes(path) else {
        return "the golden \(path) is missing; run the tests with UNETC_UPDATE_GOLDENS=1 to write it"
    }
    let golden = String(decoding: bytes, as: UTF8.self)
    return golden == text ? nil : "\(path) differs: \(firstDifference(expected: golden, found: text))"
}

/// The first line that differs between two texts.
public func firstDifference(expected: String, found: String) -> String {
    let a = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let b = found.split(separator: "\n", omittingEmptySubsequences: false)
    for index in 0..<max(a.count, b.count) {
        let (x, y) = (index < a.count ? a[index] : "<end>", index < b.count ? b[index] : "<end>")
        if x != y { return "line \(index + 1): expected\n  \(x)\nfound\n  \(y)" }
    }
    return "equal"
}
