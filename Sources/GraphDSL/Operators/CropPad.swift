import Diagnostics
import GraphIR

extension OperatorSignature {
    /// `crop(x, like: y)`: the middle of `x`, of the height and width of `y`.
    static let crop = fitting("crop", verb: "cuts", isWrong: { $0 < $1 }, opposite: "pad")
    /// `pad(x, like: y)`: `x` with zeros around it, of the height and width of `y`.
    static let pad = fitting("pad", verb: "adds", isWrong: { $0 > $1 }, opposite: "crop")

    private static func fitting(
        _ name: String, verb: String, isWrong: @escaping @Sendable (Int, Int) -> Bool, opposite: String
    ) -> OperatorSignature {
        OperatorSignature(
            name: name, operands: .named(["x"]),
            arguments: [.required("like", .map, example: "like: enc1_2")], fitsSizes: true
        ) { call, builder throws(Diagnostic) in
            let (channels, size) = try call.featureMap()
            let x = call.operands[0]
            guard let like = call.arguments.map("like"), let wanted = like.type.featureMap else {
                throw call.failure("\"\(name)\" needs the argument \"like\"")
            }
            if isWrong(size.height, wanted.height) || isWrong(size.width, wanted.width) {
                let other = isWrong(size.height, wanted.height) && isWrong(size.width, wanted.width)
                throw call.failure(
                    "\"\(name)\" only \(verb): \(x.description) is \(x.type), \(like.description) is \(like.type)",
                    notes: [call.note(x), call.note(like)],
                    hint: other
                        ? "\(opposite)(\(x.name ?? "..."), like: \(like.name ?? "...")) goes the other way" : nil)
            }
            let map = Resampling(
                channels: channels, input: size, centredIn: Extent(wanted.height, wanted.width))
            return try builder.result(.resample(map), [x.id], of: call)
        }
    }
}
