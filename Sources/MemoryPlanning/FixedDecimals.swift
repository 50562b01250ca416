/// A number with a fixed count of decimals, without the locale.
package func fixed(_ value: Double, decimals: Int) -> String {
    var scale = 1
    for _ in 0..<decimals { scale *= 10 }
    let rounded = Int((value * Double(scale)).rounded())
    guard decimals > 0 else { return "\(rounded)" }
    let fraction = String(abs(rounded) % scale)
    return "\(rounded / scale)." + String(repeating: "0", count: decimals - fraction.count) + fraction
}
