// The checks of gradients and tensors that `unetc verify` uses as well stand beside the interpreter.
@_exported import Interpreter
