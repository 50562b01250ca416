/// The shortest decimal that reads back as `value`, as a C constant of type `float`: `0.1f`, `1e-05f`, `INFINITY`.
package func cLiteral(_ value: Float) -> String {
    if value.isNaN { return "NAN" }
    if value.isInfinite { return value < 0 ? "-INFINITY" : "INFINITY" }
    return "\(value)f"
}
