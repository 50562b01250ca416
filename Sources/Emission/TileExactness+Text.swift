import Base
import GraphIR
import Kernels

extension TileExactness: CustomStringConvertible {
    public var description: String {
        "tiles start at multiples of \(alignment.height) x \(alignment.width); at edges inside the picture not exact: "
            + "\(halo.top) above, \(halo.bottom) below, \(halo.left) left, \(halo.right) right"
    }

    /// As in `plan.json`.
    var json: JSON {
        .object([
            ("alignment", .array([.integer(alignment.height), .integer(alignment.width)])),
            ("halo_before", .array([.integer(halo.top), .integer(halo.left)])),
            ("halo_after", .array([.integer(halo.bottom), .integer(halo.right)])),
        ])
    }
}
