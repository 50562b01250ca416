/// Sizes and places in the attributes of dumps.
extension Attribute {
    package init(_ key: String, _ extent: Extent) { self.init(key, [extent.height, extent.width]) }

    package init(_ key: String, _ padding: Padding) {
        self.init(key, [padding.top, padding.left, padding.bottom, padding.right])
    }

    package init(_ key: String, channels: Int, _ extent: Extent) {
        self.init(key, [channels, extent.height, extent.width])
    }
}

extension AttributeReader {
    mutating func extent(_ key: String) throws(GraphTextError) -> Extent {
        let sides = try list(key, count: 2)
        return Extent(sides[0], sides[1])
    }

    mutating func padding(_ key: String) throws(GraphTextError) -> Padding {
        let sides = try list(key, count: 4)
        return Padding(top: sides[0], left: sides[1], bottom: sides[2], right: sides[3])
    }

    /// The sizes `input` and `output` of what keeps the channels.
    mutating func maps(of what: String) throws(GraphTextError) -> (channels: Int, input: Extent, output: Extent) {
        let input = try map("input")
        let output = try map("output")
        guard input.channels == output.channels else {
            throw GraphTextError(
                line: line, "\(what) keeps the channels: expected \(input.channels), found \(output.channels)")
        }
        return (input.channels, input.size, output.size)
    }

    /// Channels, height and width.
    mutating func map(_ key: String) throws(GraphTextError) -> (channels: Int, size: Extent) {
        let sizes = try list(key, count: 3)
        return (sizes[0], Extent(sizes[1], sizes[2]))
    }
}
