import GraphIR

/// `y[n, c, oy, ox] = max x[n, c, oy·s + i − p, ox·s + j − p]` over the window; the padding counts as −∞.
func maxPool(_ g: PoolGeometry, _ x: Tensor) -> Tensor {
    var y = Tensor(shape: [x.shape[0], g.channels, g.output.height, g.output.width])
    forEachWindow(g, x) { output, maximum in y.values[output] = x.values[maximum] }
    return y
}

/// `v = Σ y` over the windows whose maximum of `x` lies there; the first of equal maxima in row-major order counts.
func maxUnpool(_ g: PoolGeometry, _ y: Tensor, _ x: Tensor) -> Tensor {
    var v = Tensor(shape: x.shape)
    forEachWindow(g, x) { output, maximum in v.values[maximum] += y.values[output] }
    return v
}

/// `y = v` at the place where the window of `x` has its maximum.
func maxPick(_ g: PoolGeometry, _ v: Tensor, _ x: Tensor) -> Tensor {
    var y = Tensor(shape: [x.shape[0], g.channels, g.output.height, g.output.width])
    forEachWindow(g, x) { output, maximum in y.values[output] = v.values[maximum] }
    return y
}

/// Calls `body` with the place of each output and that of the maximum in its window.
private func forEachWindow(_ g: PoolGeometry, _ x: Tensor, _ body: (_ output: Int, _ maximum: Int) -> Void) {
    var output = 0
    for n in 0..<x.shape[0] {
        for c in 0..<g.channels {
            for oy in 0..<g.output.height {
                for ox in 0..<g.output.width {
                    if let maximum = maximum(g, x, n: n, c: c, oy: oy, ox: ox) { body(output, maximum) }
                    output += 1
                }
            }
        }
    }
}

/// The place in `x` of the first maximum of a window; nil for a window wholly on the padding.
private func maximum(_ g: PoolGeometry, _ x: Tensor, n: Int, c: Int, oy: Int, ox: Int) -> Int? {
    var best: Int?
    for i in 0..<g.kernel.height {
        for j in 0..<g.kernel.width {
            let iy = oy * g.stride.height + i - g.padding.top
            let ix = ox * g.stride.width + j - g.padding.left
            guard iy >= 0, iy < g.input.height, ix >= 0, ix < g.input.width else { continue }
            let place = x.offset(n, c, iy, ix)
            if let current = best, x.values[place] <= x.values[current] { continue }
            best = place
        }
    }
    return best
}
