import GraphIR
import KernelIR

/// What a Winograd convolution does with its maps: strips of the input into transformed tiles, and products back into
/// the result with bias and epilogue.
struct WinogradMaps {
    let request: KernelRequest
    let shape: WinogradShape

    var width: Int { request.target.vectorWidth }

    /// Floats of the workspace for a half-transformed tile of products, and the maxima of its pairs of results.
    var middleExtent: Int { shape.products * width }

    /// Transforms the strip's windows for channels `c`, from `first` on; `at` says where a product's tile and word of channels
    /// go.
    func inputTransform(
        buffer: Int, from first: Index, count: Int, into target: Buffer.Handle, at: (Index, Index, Index) -> Index
    ) -> [Statement] {
        let transform = StripTransform(
            matrix: shape.matrices.inputTransform, map: request.map.buffer, extent: shape.input, step: shape.tile,
            windows: shape.stripTiles, width: width, buffer: buffer)
        let c = Index.variable("c")
        let body = transform.statements(
            base: .variable("n") * Index(request.map.sampleStride) + c * Index(shape.input.area),
            y: .variable("y") - Index(shape.top), x: .variable("x") - Index(shape.left),
            margin: (shape.top, shape.left)
        ) { window, row, column, value in
            let product = row * Index(shape.points) + Index(column)
            let place = at(product, .variable("slot") + window, .variable("word"))
            return [.store(target, place, shape.factors == .float32 ? value : .packed(value))]
        }
        let word = Statement.letIndex("word", c / Index(shape.factors.perWord))
        return [.loop("c", from: first, to: first + Index(count), step: width, [word] + body)]
    }

    /// Transforms the strip's products back for the outputs from `first` on, adds the bias, applies the epilogue and
    /// stores, the maxima of windows as well where the step makes them. `at` says where a product's tile and output
    /// (counted from `first`) lie in the workspace.
    func outputTransform(
        buffer: Int, from first: Index, outputs: Int, at: (Index, Index, Index) -> Index
    ) -> [Statement] {
        let transform = TileTransform(
            matrix: shape.matrices.outputTransform, width: width, buffer: .workspace, middle: buffer)
        let pooling = WinogradPooling(request, shape, buffer: buffer + transform.middleExtent)
        let (q, y, window): (Index, Index, Index) = (.variable("q"), .variable("y"), .variable("window"))
        let (channel, left): (Index, Index) = (first + q * Index(width), .variable("left"))
        let n = Index.variable("n")
        var pair: [Statement] = []
        let body = transform.statements { row, column in
            let product = row * Index(shape.points) + column
            return .load(.workspace, at(product, .variable("slot") + window, q * Index(width)), width: width)
        } store: { row, column, value in
            let element =
                channel * Index(shape.output.area)
                + ((y + row) * Index(shape.output.width) + (left + Index(column))) * Index(width)
            let biased = request.bias != nil ? value + .variable("bias", width: width) : value
            let finished = request.applyEpilogue(biased, sample: n, element: element, width: width)
            let place = n * Index(request.result.sampleStride) + element
            guard let pooling else {
                return shape.whereInside(
                    shape.output, row: y + row, column: left + Index(column), [.store(.out, place, finished)])
            }
            let name = "result\(column)"
            let result = Expression.variable(name, width: width)
            pair += [.declare(name, width: width, finished), .store(.out, place, result)]
            guard column % 2 == 1 else { return [] }
            defer { pair = [] }
            let kept = pooling.keep(
                row: row, pair: column / 2, .variable("result\(column - 1)", width: width), result)
            // With an even number of rows and columns, either both elements of a pair are inside or none.
            return shape.whereInside(shape.output, row: y + row, column: left + Index(column), pair + [kept])
        }
        let bias =
            request.bias.map { [Statement.declare("bias", width: width, .load($0.buffer, channel, width: width))] }
            ?? []
        let tiles = Statement.loop(
            "window", from: 0, to: Index(shape.stripTiles), step: 1,
            [.letIndex("left", .variable("x") + window * Index(shape.tile))] + body
                + (pooling?.statements(channel: channel, window: window) ?? []))
        return [.loop("q", from: 0, to: Index(outputs / width), step: 1, bias + [tiles])]
    }
}
