/// What stands on the stack of a pickle. Containers are numbers of lists that the machine keeps, so that nothing here nests, and
/// nothing that is made of it can nest without end.
enum PickleValue {
    case none
    case bool(Bool)
    case integer(Int)
    case float
    case text(String)
    case tuple(Int)
    case list(Int)
    case dictionary(Int)
    /// A function or class by its name, `torch._utils._rebuild_tensor_v2`.
    case global(String)
    case storage(Int)
    case tensor(Int)
    /// What was not made, for nothing is run: the name of its class or function, or what else it is.
    case opaque(String)

    var text: String? { if case .text(let text) = self { text } else { nil } }
    var integer: Int? { if case .integer(let number) = self { number } else { nil } }
}

/// The memory of numbers that a pickle names, as far as tensors in it use it.
struct PickledStorage {
    /// The name of the class, `FloatStorage`.
    var className: String
    /// nil for those of which elements cannot be read here.
    var element: TensorElement?
    /// By which the memory is found.
    var key: String
    /// Elements.
    var count: Int
    /// Elements of the memory before the first one, of a part of it.
    var offset = 0
}

/// A view of a storage.
struct PickledTensor {
    var storage: Int
    /// Elements before its first one.
    var offset: Int
    var shape: [Int]
    /// Elements from one place along an axis to the next.
    var strides: [Int]
}
