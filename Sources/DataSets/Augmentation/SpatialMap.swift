/// Where each pixel of an augmented picture comes from: a linear map, a shift and a deformation, one map for a picture
/// and its mask.
///
/// Places are counted in pixels of the picture, from its middle, so that flips and turns by right angles of squares are
/// exact. What lies outside is mirrored at the edges.
struct SpatialMap: Hashable, Sendable {
    /// Row by row: the place in the source is `xx * x + xy * y + x`.
    var xx = 1.0
    var xy = 0.0
    var yx = 0.0
    var yy = 1.0
    /// In pixels of the source.
    var x = 0.0
    var y = 0.0
    /// nil for none.
    var deformation: ElasticField?

    /// Applies `xx, xy, yx, yy` to places before this map does.
    mutating func precede(_ a: Double, _ b: Double, _ c: Double, _ d: Double) {
        (xx, xy, yx, yy) = (xx * a + xy * c, xx * b + xy * d, yx * a + yy * c, yx * b + yy * d)
    }

    var isIdentity: Bool { self == SpatialMap() }
    /// Left and right change places, and nothing else happens.
    var isFlip: Bool { self == SpatialMap(xx: -1) }
}
