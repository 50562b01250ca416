import Diagnostics
import GraphIR

extension OperatorSignature {
    /// `normalize(x, mean:, std:)`, with a number for each channel.
    static let normalize = OperatorSignature(
        name: "normalize", operands: .named(["x"]),
        arguments: [
            .required("mean", .reals(.any), example: "mean: [0.485, 0.456, 0.406]"),
            .required("std", .reals(.positive), example: "std: [0.229, 0.224, 0.225]"),
        ]
    ) { call, builder throws(Diagnostic) in
        let (channels, _) = try call.featureMap()
        let constants = ChannelConstants(means: call.arguments.reals("mean"), deviations: call.arguments.reals("std"))
        for (name, count) in [("mean", constants.means.count), ("std", constants.deviations.count)]
        where count != channels {
            let input = call.operands[0]
            throw call.failure(
                "\"\(name)\" of \"normalize\" must have a number for each of the \(channels) channels, found "
                    + "\(count)", at: name, notes: [call.note(input)])
        }
        return try builder.result(.normalize(constants), [call.operands[0].id], of: call)
    }
}
