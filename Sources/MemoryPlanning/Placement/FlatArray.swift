/// Elements of fixed number, read and written without checks: the exact search does little else.
///
/// The owner deallocates it. `Element` is trivial, such as an integer.
struct FlatArray<Element: BitwiseCopyable> {
    private let base: UnsafeMutablePointer<Element>
    let count: Int

    init(repeating value: Element, count: Int) {
        base = .allocate(capacity: max(1, count))
        base.initialize(repeating: value, count: max(1, count))
        self.count = count
    }

    init(_ elements: [Element], or empty: Element) {
        self.init(repeating: empty, count: elements.count)
        for (index, element) in elements.enumerated() { self[index] = element }
    }

    @inline(__always)
    subscript(index: Int) -> Element {
        get { base[index] }
        nonmutating set { base[index] = newValue }
    }

    func fill(_ value: Element) { base.update(repeating: value, count: count) }

    func deallocate() { base.deallocate() }
}
