import Platform

/// The processor whose kernels OpenBLAS runs, such as `SkylakeX`; nil where no loaded model has brought OpenBLAS.
public func openBLASKernel() -> String? {
    guard let library = dlopen("libopenblas.so.0", RTLD_LAZY | RTLD_NOLOAD) else { return nil }
    defer { dlclose(library) }
    typealias Name = @convention(c) () -> UnsafePointer<CChar>?
    guard let symbol = dlsym(library, "openblas_get_corename"),
        let name = unsafeBitCast(symbol, to: Name.self)()
    else { return nil }
    return String(cString: name)
}
