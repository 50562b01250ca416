import Diagnostics
import GraphIR

private let sides = ["top", "bottom", "left", "right"]
/// Rows or columns of a border, which has to be written down.
private let sideArguments = sides.map { ArgumentSpec.derived($0, .count) }

extension OperatorSignature {
    /// `crop(x, like: y)`: the middle of `x`, of the height and width of `y`. `crop(x, top: 1, left: 2)`: without a border of
    /// so many rows and columns.
    static let crop = OperatorSignature(
        name: "crop", operands: .named(["x"]), arguments: [.derived("like", .map)] + sideArguments, fitsSizes: true
    ) { call, builder throws(Diagnostic) in
        if let like = try fittedMap(call) {
            return try fit(call, to: like, verb: "cuts", opposite: "pad", isWrong: { $0 < $1 }, &builder)
        }
        let size = try call.featureMap().size
        let border = try border(call)
        guard border.top + border.bottom < size.height, border.left + border.right < size.width else {
            throw call.failure(
                "\"crop\" cuts all of \(call.operands[0].description) off, which is \(call.operands[0].type)",
                notes: [call.note(call.operands[0])])
        }
        let negative = Padding(top: -border.top, left: -border.left, bottom: -border.bottom, right: -border.right)
        return try shift(call, by: negative, .zeros, &builder)
    }

    /// `pad(x, like: y)`: `x` with zeros around it, of the height and width of `y`. `pad(x, top: 1, value: 0, mode: constant)`:
    /// with a border of so many rows and columns. `pad(x, channels: [2, 3])`: between channels of zeros.
    static let pad = OperatorSignature(
        name: "pad", operands: .named(["x"]),
        arguments: [.derived("like", .map)] + sideArguments + [
            .derived("channels", .range), .optional("mode", .word(["constant", "reflect", "replicate"]), .word(0)),
            .derived("value", .real(.any)),
        ], fitsSizes: true, build: buildPad)

    /// `slice(x, channels: [from, to])`: channels from the first to before the second number.
    static let slice = OperatorSignature(
        name: "slice", operands: .named(["x"]), arguments: [.required("channels", .range, example: "channels: [0, 8]")]
    ) { call, builder throws(Diagnostic) in
        let channels = try call.featureMap().channels
        let range = call.arguments.range("channels")
        guard range.first < range.last, range.last <= channels else {
            throw call.failure(
                "\"slice\" takes at least one of the \(channels) channels of \(call.operands[0].description), found "
                    + "[\(range.first), \(range.last)]", at: "channels", notes: [call.note(call.operands[0])],
                hint: "the second number is the first channel that is left out")
        }
        let op = Op.channelSlice(start: range.first, count: range.last - range.first)
        return try builder.result(op, [call.operands[0].id], of: call)
    }
}

private func buildPad(_ call: OperatorCall, _ builder: inout GraphBuilder) throws(Diagnostic) -> NodeID {
    let mode = call.arguments.word("mode")
    if mode != 0 || call.arguments.has("value"), !sides.contains(where: call.arguments.has) {
        throw call.failure(
            "\"pad\" has no border to make of \(mode == 0 ? "that value" : "the map")",
            hint: "say how wide it is: top: 1, bottom: 1, left: 1, right: 1")
    }
    if let like = try fittedMap(call) {
        return try fit(call, to: like, verb: "adds", opposite: "crop", isWrong: { $0 > $1 }, &builder)
    }
    if call.arguments.has("channels") {
        let range = call.arguments.range("channels")
        return try builder.result(
            .channelPad(before: range.first, after: range.last), [call.operands[0].id], of: call)
    }
    let size = try call.featureMap().size
    let border = try border(call)
    if mode == 1, max(border.top, border.bottom) >= size.height || max(border.left, border.right) >= size.width {
        throw call.failure(
            "\"pad\" reflects fewer rows and columns than \(call.operands[0].description) has, which is "
                + "\(call.operands[0].type)", notes: [call.note(call.operands[0])])
    }
    let borders: [Border] = [.constant(call.arguments.real("value")), .reflect, .replicate]
    return try shift(call, by: border, borders[mode], &builder)
}

/// The map whose size is wanted; nil where the arguments are numbers.
private func fittedMap(_ call: OperatorCall) throws(Diagnostic) -> (map: Operand, size: Extent)? {
    let given = [sides, ["like"], ["channels"]].filter { $0.contains(where: call.arguments.has) }
    guard given.count == 1 else {
        throw call.failure(
            given.isEmpty
                ? "\"\(call.name)\" needs the argument \"like\", or numbers"
                : "\"\(call.name)\" goes by one of \(given.map { "\"\($0[0])\"" }.joined(separator: " and "))",
            hint: "write \(call.name)(x, like: y) or \(call.name)(x, top: 1, bottom: 1, left: 1, right: 1)")
    }
    return call.arguments.map("like").flatMap { map in
        map.type.featureMap.map { (map, Extent($0.height, $0.width)) }
    }
}

/// What is written of the four sides, zero for the others.
private func border(_ call: OperatorCall) throws(Diagnostic) -> Padding {
    for side in sides where call.arguments.integer(side) > ArgumentKind.extentLimit {
        throw call.failure(
            "\"\(side)\" of \"\(call.name)\" must be at most \(ArgumentKind.extentLimit), found "
                + "\(call.arguments.integer(side))", at: side)
    }
    let numbers = sides.map { call.arguments.integer($0) }
    return Padding(top: numbers[0], left: numbers[2], bottom: numbers[1], right: numbers[3])
}

private func shift(
    _ call: OperatorCall, by border: Padding, _ outside: Border, _ builder: inout GraphBuilder
) throws(Diagnostic) -> NodeID {
    let (channels, size) = try call.featureMap()
    let output = Extent(
        size.height + border.top + border.bottom, size.width + border.left + border.right)
    let map = Resampling(
        channels: channels, input: size, output: output,
        .shift(top: border.top, left: border.left, border: outside))
    return try builder.result(.resample(map), [call.operands[0].id], of: call)
}

/// The middle of the map, or the map in the middle.
private func fit(
    _ call: OperatorCall, to target: (map: Operand, size: Extent), verb: String, opposite: String,
    isWrong: (Int, Int) -> Bool, _ builder: inout GraphBuilder
) throws(Diagnostic) -> NodeID {
    let (channels, size) = try call.featureMap()
    let (x, like, wanted) = (call.operands[0], target.map, target.size)
    if isWrong(size.height, wanted.height) || isWrong(size.width, wanted.width) {
        let other = isWrong(size.height, wanted.height) && isWrong(size.width, wanted.width)
        throw call.failure(
            "\"\(call.name)\" only \(verb): \(x.description) is \(x.type), \(like.description) is \(like.type)",
            notes: [call.note(x), call.note(like)],
            hint: other ? "\(opposite)(\(x.name ?? "..."), like: \(like.name ?? "...")) goes the other way" : nil)
    }
    let map = Resampling(channels: channels, input: size, centredIn: wanted)
    return try builder.result(.resample(map), [x.id], of: call)
}
