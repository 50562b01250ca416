import Tasks

/// An object that somebody has outlined on a picture.
struct AnnotatedShape: Hashable, Sendable {
    /// Its place among the labels of its annotations.
    var label: Int
    var outline: Outline
}

/// Where an object is, in pixels from the picture's upper left corner: the middle of the first pixel is (0.5, 0.5).
enum Outline: Hashable, Sendable {
    /// Closed lines, each of which holds what is inside of it by the even-odd rule; the object is what any of them holds.
    case rings([[SIMD2<Double>]])
    /// The same in fractions of width and height.
    case fractions([[SIMD2<Double>]])
    case circle(centre: SIMD2<Double>, radius: Double)
    /// Pixels outside and inside by turns, down the columns from the left, of a picture of that size.
    case runs([Int], PictureSize)
}
