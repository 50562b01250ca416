import Diagnostics
import GraphIR

/// The words of `mode`, and what they stand for with and without aligned corners.
private let modes: [(word: String, plain: Interpolation, aligned: Interpolation?)] = [
    ("nearest", .nearest, nil), ("nearest_exact", .nearestExact, nil), ("nearest_earlier", .nearestEarlier, nil),
    ("bilinear", .bilinear, .bilinearCorners), ("bilinear_asymmetric", .bilinearAsymmetric, nil),
]

extension OperatorSignature {
    /// `resize(x, size: [h, w], mode: nearest, align_corners: false)`, `resize(x, like: y, …)`
    static let resize = OperatorSignature(
        name: "resize", operands: .named(["x"]),
        arguments: [
            .derived("size", .extent(minimum: 1)), .derived("like", .map),
            .optional("mode", .word(modes.map(\.word)), .word(0)),
            .optional("align_corners", .boolean, .boolean(false)),
        ], build: buildResize)
}

private func buildResize(_ call: OperatorCall, _ builder: inout GraphBuilder) throws(Diagnostic) -> NodeID {
    let (channels, size) = try call.featureMap()
    let arguments = call.arguments
    guard arguments.has("size") != arguments.has("like") else {
        throw call.failure(
            arguments.has("size")
                ? "\"resize\" goes by one of \"size\" and \"like\""
                : "\"resize\" needs the argument \"size\" or \"like\"",
            hint: "write resize(x, size: [64, 64]), or resize(x, like: y) for the size of another map")
    }
    let mode = modes[arguments.word("mode")]
    let interpolation = arguments.boolean("align_corners") ? mode.aligned : mode.plain
    guard let interpolation else {
        throw call.failure(
            "corners are aligned in the mode bilinear, found the mode \(mode.word)", at: "align_corners")
    }
    let wanted = arguments.map("like").flatMap(\.type.featureMap).map { Extent($0.height, $0.width) }
    let map = Resampling(
        channels: channels, input: size, output: wanted ?? arguments.extent("size"),
        .resize(interpolation, followsPicture: wanted != nil))
    return try builder.result(.resample(map), [call.operands[0].id], of: call)
}
