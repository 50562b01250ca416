import KernelIR
extension Expression {
    static func load(_ b: Buffer.Handle, _ i: Index, width: Int) -> Expression { .load(b.name, i, width: width) }
}
extension Statement {
    static func store(_ b: Buffer.Handle, _ i: Index, _ v: Expression) -> Statement { .store(b.name, i, v) }
}
extension Argument {
    static func address(_ b: Buffer.Handle, _ i: Index, extent: Index, access: Buffer.Access) -> Argument {
        .address(b.name, i, extent: extent, access: access)
    }
}
extension BlockTranspose {
    static func statement(
        width: Int, from a: Buffer.Handle, at: Index, stride: Int, to b: Buffer.Handle, at target: Index, stride s2: Int
    ) -> Statement { statement(width: width, from: a.name, at: at, stride: stride, to: b.name, at: target, stride: s2) }
}
