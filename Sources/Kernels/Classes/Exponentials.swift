import GraphIR
import KernelIR

/// What softmax and the losses of classes begin with, in a task's workspace: a row of `e^(x − m)` for each channel, where
/// `m` is the largest `x` of a position, a row of the `m` and one of the sums, which are 1 at least.
struct Exponentials {
    let pieces: PositionPieces
    private let map: Operand

    /// Of the step's first operand.
    init(_ request: KernelRequest) {
        pieces = PositionPieces(request)
        map = request.inputs[0]
    }

    /// Rows of the workspace that they take.
    var rows: Int { pieces.channels + 2 }

    /// `e^(x − m)`
    func power(_ channel: Index, _ i: Index, _ width: Int) -> Expression {
        .load(.workspace, pieces.row(channel, i), width: width)
    }

    /// `m`
    func largest(_ i: Index, _ width: Int) -> Expression { .load(.workspace, largestPlace(i), width: width) }

    /// `Σ e^(x − m)`
    func sum(_ i: Index, _ width: Int) -> Expression { .load(.workspace, sumPlace(i), width: width) }

    private func largestPlace(_ i: Index) -> Index { pieces.row(Index(pieces.channels), i) }
    private func sumPlace(_ i: Index) -> Index { pieces.row(Index(pieces.channels + 1), i) }

    /// Fills the rows.
    ///
    /// - Parameter look: what else to do with each `x`.
    func fill(
        look: (_ channel: Index, _ x: Expression, _ i: Index, _ width: Int) -> [Statement] = { _, _, _, _ in [] }
    ) -> [Statement] {
        let x = { (channel: Index, i: Index, width: Int) in
            Expression.load(map.buffer, pieces.place(map, channel: channel, i), width: width)
        }
        return pieces.eachPosition { i, width in
            [.store(.workspace, largestPlace(i), x(0, i, width)), .store(.workspace, sumPlace(i), splat(0, width))]
        }
            + pieces.eachChannel { channel, i, width in
                let value = Expression.variable("x", width: width)
                return [
                    .declare("x", width: width, x(channel, i, width)),
                    .store(.workspace, pieces.row(channel, i), value),
                    .store(.workspace, largestPlace(i), .maximum(value, largest(i, width))),
                ] + look(channel, value, i, width)
            }
            + pieces.eachChannel { channel, i, width in
                let exponent = power(channel, i, width) - largest(i, width)
                return [
                    .declare("power", width: width, .unary(.exponential, exponent)),
                    .store(.workspace, pieces.row(channel, i), .variable("power", width: width)),
                    .store(.workspace, sumPlace(i), sum(i, width) + .variable("power", width: width)),
                ]
            }
    }

    /// Puts the sums' reciprocals into their places, since multiplying is quicker.
    func invertSums() -> [Statement] {
        pieces.eachPosition { i, width in [.store(.workspace, sumPlace(i), splat(1, width) / sum(i, width))] }
    }

    /// `e^(x − m) / Σ e^(x − m)`, after `invertSums`
    func share(_ channel: Index, _ i: Index, _ width: Int) -> Expression {
        power(channel, i, width) * sum(i, width)
    }
}
