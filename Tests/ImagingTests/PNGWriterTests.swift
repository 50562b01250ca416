import Platform
import Imaging
import Testing

@Suite struct PNGWriterTests {
    @Test(arguments: [(1, 1, 1), (13, 9, 1), (13, 9, 3), (200, 3, 3)])
    func writtenPictureReadsBack(width: Int, height: Int, channels: Int) throws {
        let source = gradient(width: width, height: height, channels: channels)
        let bytes = try source.encodePNG()
        #expect(try source.encodePNG() == bytes)
        #expect(ImageFormat(startOf: bytes) == .png)
        let back = channels == 1 ? try decodeMask(bytes, name: "back") : try decodePicture(bytes, name: "back")
        #expect(difference(back, source.pixels) == nil)
    }

    @Test func fileIsReplacedAndNothingIsLeftBehind() throws {
        var template = Array("/tmp/imaging-XXXXXX".utf8CString)
        let folder = String(cString: try #require(mkdtemp(&template)))
        defer { rmdir(folder) }
        let path = folder + "/mask.png"
        defer { unlink(path) }
        for channels in [3, 1] {
            let source = gradient(width: 5, height: 4, channels: channels)
            try source.writePNG(to: path)
            let back = channels == 3 ? try decodePicture(path: path) : try decodeMask(path: path)
            #expect(difference(back, source.pixels) == nil)
        }
        #expect(fileNames(in: folder) == ["mask.png"])
    }

    @Test func unwritablePathIsAnError() {
        let bitmap = Bitmap(width: 1, height: 1, channels: 1)
        let error = #expect(throws: ImageError.self) { try bitmap.writePNG(to: "/nowhere/mask.png") }
        #expect(
            error?.description
                == "/nowhere/mask.png: cannot be written: No such file or directory: its folder has to be there")
    }

    @Test func emptyBitmapIsAnError() {
        let error = #expect(throws: ImageError.self) { try Bitmap(width: 0, height: 3, channels: 1).encodePNG() }
        #expect(error?.message == "has no pixels to write")
    }

    private func fileNames(in folder: String) -> [String] {
        guard let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
