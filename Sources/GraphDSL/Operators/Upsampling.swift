import Diagnostics
import GraphIR

extension OperatorSignature {
    /// `upsample_nearest(x, scale: 2)`
    static let upsampleNearest = upsampling("upsample_nearest") { .nearest(scale: $0.extent("scale")) }

    /// `upsample_bilinear(x, scale: 2, align_corners: false)`
    static let upsampleBilinear = upsampling(
        "upsample_bilinear", [.optional("align_corners", .boolean, .boolean(false))]
    ) { .bilinear(scale: $0.extent("scale"), alignsCorners: $0.boolean("align_corners")) }

    /// `bed_of_nails(x, scale: 2)`
    static let bedOfNails = upsampling("bed_of_nails") { .bedOfNails(scale: $0.extent("scale")) }

    /// A map `scale` times as high and wide, without parameters.
    private static func upsampling(
        _ name: String, _ arguments: [ArgumentSpec] = [],
        rule: @escaping @Sendable (BoundArguments) -> Resampling.Rule
    ) -> OperatorSignature {
        let scale = ArgumentSpec.optional("scale", .extent(minimum: 1), .extent(Extent(2)))
        return OperatorSignature(name: name, operands: .named(["x"]), arguments: [scale] + arguments) {
            call, builder throws(Diagnostic) in
            let (channels, size) = try call.featureMap()
            let factors = call.arguments.extent("scale")
            let limit = GraphBuilder.dimensionLimit
            guard size.height < limit / factors.height, size.width < limit / factors.width else {
                throw call.failure(
                    "scale \(show(factors)) makes \(call.operands[0].description) too large, which is "
                        + "\(call.operands[0].type)", at: "scale", notes: [call.note(call.operands[0])])
            }
            let map = Resampling(channels: channels, input: size, rule(call.arguments))
            return try builder.result(.resample(map), [call.operands[0].id], of: call)
        }
    }
}
