extension ImageFormat {
    /// Medical pictures, which say so behind 128 bytes that may be anything.
    public static let dicom = ImageFormat(
        "DICOM", ["dcm", "dicom"], .conversion("dcm2pnm --write-16-bit-png NAME.dcm NAME.png"),
        isStart: { start in start.dropFirst(128).starts(with: "DICM".utf8) })

    public static let jpeg2000 = ImageFormat(
        "JPEG 2000", ["jp2", "j2k", "j2c", "jpc", "jpx", "jpf", "jpm"],
        .conversion("opj_decompress -i NAME.jp2 -o NAME.png"),
        signatures: [
            [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A], [0xFF, 0x4F, 0xFF, 0x51],
        ])

    public static let jpegXL = ImageFormat(
        "JPEG XL", ["jxl"], .conversion("djxl NAME.jxl NAME.png"),
        signatures: [[0, 0, 0, 12, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A], [0xFF, 0x0A]])

    public static let photoshop = ImageFormat(
        "PSD", ["psd", "psb"], .conversion("convert \"NAME.psd[0]\" NAME.png (of ImageMagick)"),
        signatures: [Array("8BPS".utf8)])

    public static let openEXR = ImageFormat(
        "OpenEXR", ["exr"], .conversion("convert NAME.exr NAME.tif (of ImageMagick)"),
        signatures: [[0x76, 0x2F, 0x31, 0x01]])

    public static let netpbm = ImageFormat(
        "Netpbm", ["pnm", "ppm", "pgm", "pbm", "pam", "pfm"], .conversion("convert NAME.ppm NAME.png (of ImageMagick)"),
        isStart: { start in
            start.count > 2 && start[0] == UInt8(ascii: "P") && (0x31...0x37).contains(start[1])
                && [0x09, 0x0A, 0x0D, 0x20, 0x23].contains(start[2])
        })
}
