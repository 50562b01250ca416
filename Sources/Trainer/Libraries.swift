import EventMessages

/// What the trainer's code has of other libraries in it, with versions where they tell them; those that it is linked with
/// when a net is compiled are not among them.
public func trainerLibraries() -> String { "protobuf-c \(String(cString: unetc_protobuf_version())), libmd" }
