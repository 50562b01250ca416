// The checks of gradients and tensors that `unetc verify` uses as well stand beside the interpreter.
@_exported import Base
@_exported import Interpreter

extension JSON {
    /// An object's members by name, nil for anything else.
    public var object: [String: JSON]? {
        members.map { Dictionary($0.map { ($0.key, $0.value) }) { first, _ in first } }
    }
}
