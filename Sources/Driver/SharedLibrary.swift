import Emission
import FileAccess
import Strategy

/// A shared object of C files that stand by themselves.
public struct SharedLibrary: Sendable {
    public let bytes: [UInt8]

    /// Compiles what has not been compiled before, `options.jobs` files at a time.
    /// - Parameter headers: and whatever else the sources include.
    /// - Throws: `DriverError` without a C compiler, or where it fails.
    public init(_ sources: [CSource], headers: [EmittedFile], _ options: CompileOptions) throws {
        let toolchain = try Toolchain()
        let folder = options.usedCacheFolder
        let work = try WorkFolder(in: folder)
        let cache = ObjectCache(folder: folder, toolchain: toolchain)
        let objects = try cache.objects(of: sources, beside: headers, jobs: options.jobs, in: work)
        let path = work.path + "/library.so"
        try Linker(toolchain: toolchain).linkLibrary(objects, into: path)
        bytes = try Files.read(path)
    }
}
