import Base

/// A change of colours: a matrix and an offset for numbers from 0 to 1, the result cut to that range.
struct ColorMap: Hashable, Sendable {
    typealias Vector = SIMD3<Double>

    /// What red, green and blue are made of.
    private(set) var rows: [Vector] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    private(set) var offset: Vector = .zero

    var isIdentity: Bool { self == ColorMap() }

    /// How much red, green and blue count for brightness: those of the matrices of SVG's `feColorMatrix`.
    private static let luma = Vector(0.213, 0.715, 0.072)

    /// Multiplies all numbers.
    mutating func brighten(by factor: Double) {
        rows = rows.map { $0 * factor }
        offset *= factor
    }

    /// Multiplies differences from the mean of a picture, whose numbers before this map have the means `mean`.
    mutating func stretch(by factor: Double, mean: Vector) {
        let now = Vector(Self.dot(rows[0], mean), Self.dot(rows[1], mean), Self.dot(rows[2], mean)) + offset
        brighten(by: factor)
        offset += Vector(repeating: (1 - factor) * Self.dot(Self.luma, now))
    }

    /// Multiplies differences from gray (`saturate` of SVG 1.1).
    mutating func saturate(by factor: Double) {
        apply(
            (0..<3).map { row in
                var weights = Self.luma * (1 - factor)
                weights[row] += factor
                return weights
            })
    }

    /// Turns colours around gray (`hueRotate` of SVG 1.1).
    mutating func turn(by turns: Double) {
        let c = Trigonometry.cosine(turns: turns)
        let s = Trigonometry.sine(turns: turns)
        apply([
            [0.213 + c * 0.787 - s * 0.213, 0.715 - c * 0.715 - s * 0.715, 0.072 - c * 0.072 + s * 0.928],
            [0.213 - c * 0.213 + s * 0.143, 0.715 + c * 0.285 + s * 0.140, 0.072 - c * 0.072 - s * 0.283],
            [0.213 - c * 0.213 - s * 0.787, 0.715 - c * 0.715 + s * 0.715, 0.072 + c * 0.928 + s * 0.072],
        ])
    }

    private mutating func apply(_ matrix: [Vector]) {
        let old = rows
        rows = matrix.map { $0.x * old[0] + $0.y * old[1] + $0.z * old[2] }
        offset = Vector(
            Self.dot(matrix[0], offset), Self.dot(matrix[1], offset), Self.dot(matrix[2], offset))
    }

    private static func dot(_ a: Vector, _ b: Vector) -> Double { a.x * b.x + a.y * b.y + a.z * b.z }

    /// Changes a picture of planes of `area` numbers. Where these are no three, they are no colours: all are changed alike,
    /// as gray is, by what is no matter of colour.
    func change(_ planes: UnsafeMutablePointer<Float>, channels: Int, area: Int) {
        func cut(_ value: Float) -> Float { min(max(value, 0), 1) }
        guard channels == 3 else {
            // Of gray all three are equal, and stay so.
            let factor = Float(rows[0].x + rows[0].y + rows[0].z)
            let more = Float(offset.x)
            for i in 0..<channels * area { planes[i] = cut(planes[i] * factor + more) }
            return
        }
        let (red, green, blue) = (planes, planes + area, planes + 2 * area)
        let m = rows.map { SIMD3<Float>($0) }
        let (m0, m1, m2, o) = (m[0], m[1], m[2], SIMD3<Float>(offset))
        for i in 0..<area {
            let (r, g, b) = (red[i], green[i], blue[i])
            red[i] = cut(m0.x * r + m0.y * g + m0.z * b + o.x)
            green[i] = cut(m1.x * r + m1.y * g + m1.z * b + o.y)
            blue[i] = cut(m2.x * r + m2.y * g + m2.z * b + o.z)
        }
    }
}
