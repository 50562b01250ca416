/// e to the power of `x`, relative error below 1e-11, made of additions and multiplications alone, so that it has the
/// same bits on every machine.
///
/// Taylor's series around 0 on what is left of `x` after a whole number of ln 2 has become the exponent (Cody and Waite,
/// "Software Manual for the Elementary Functions", 1980). Numbers below -700 give about 0, those above 700 about 1e304, what is no number gives none.
public func exponential(_ x: Double) -> Double {
    if x.isNaN { return x }
    let x = min(max(x, -700), 700)
    let power = (x * 1.4426950408889634).rounded(.toNearestOrEven)
    // ln 2 in two parts, of which the first times any power here is exact.
    let rest = x - power * 0.693147180369123816490 - power * 1.90821492927058770002e-10
    var sum = 1 / 3_628_800.0
    for factorial in [362_880.0, 40320, 5040, 720, 120, 24, 6, 2, 1, 1] { sum = sum * rest + 1 / factorial }
    return sum * Double(sign: .plus, exponent: Int(power), significand: 1)
}
