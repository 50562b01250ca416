/// Elements of fixed number, read and written without checks in optimised code: the exact search does little else. The
/// owner deallocates them.
///
/// The standard library's type, since the compiler specialises it in every file, with and without whole-module
/// optimisation.
typealias FlatArray<Element: BitwiseCopyable> = UnsafeMutableBufferPointer<Element>

extension UnsafeMutableBufferPointer where Element: BitwiseCopyable {
    init(repeating value: Element, count: Int) {
        self = .allocate(capacity: Swift.max(1, count))
        initialize(repeating: value)
    }

    /// - Parameter empty: stands in for the first element of none.
    init(_ elements: [Element], or empty: Element) {
        self.init(repeating: empty, count: elements.count)
        for (index, element) in elements.enumerated() { self[index] = element }
    }
}
