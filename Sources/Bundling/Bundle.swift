import Base
import Emission
import GraphIR

/// A trained net as a library in C99 that allocates nothing: files of text, and the weights.
public struct Bundle: Sendable {
    public var files: [EmittedFile]
    /// nil where the weights are among the files.
    public var weights: BundleWeights?
    public let interface: PictureInterface
    /// Whether a convolution is computed by a plain product of matrices, since its channels fit no vectors.
    public let usesProduct: Bool

    /// - Parameter threads: that print kernels.
    public init(_ description: BundleDescription, _ weights: BundleWeights, threads: Int) {
        let interface = description.interface
        self.interface = interface
        let names = description.names
        let targets = description.targets.map { ($0, TargetFiles($0, interface, threads: threads)) }
        usesProduct = targets.contains(where: \.1.usesGemm)
        var common = Self.code
        if usesProduct {
            common.append(
                EmittedFile(path: "unetc_product.h", text: Self.text(PackageResources.unetc_product_h)))
        }
        common.append(
            EmittedFile(path: "unetc.h", text: BundleHeader(description: description, interface: interface).text))
        let tables = NetTables(description: description, interface: interface, weights: weights)
        common.append(EmittedFile(path: "unetc_targets.c", text: tables.targets))
        common.append(EmittedFile(path: "unetc_picture_net.c", text: tables.pictures))
        if description.learns {
            common.append(EmittedFile(path: "unetc_training.h", text: Self.text(PackageResources.unetc_training_h)))
            common.append(EmittedFile(path: "unetc_training.c", text: Self.text(PackageResources.unetc_training_c)))
        }
        if description.embedsWeights {
            common.append(EmittedFile(path: "unetc_weights.c", text: weights.source(names)))
        }
        let sources = common.map(\.path).filter { $0.hasSuffix(".c") }.map(names.renamed(file:))
        let build = BundleBuild(
            description: description, common: sources, targets: targets.map { ($0.0, $0.1.sources) })
        let guide = BundleGuide(description: description, interface: interface)
        let extras = [
            EmittedFile(path: "example/segment.c", text: Self.text(PackageResources.unetc_segment_example_c)),
            EmittedFile(path: "test/golden.c", text: Self.text(PackageResources.unetc_golden_c)),
            EmittedFile(path: "README.md", text: guide.text),
        ]
        files =
            (common + targets.flatMap(\.1.files) + extras).map {
                EmittedFile(path: names.renamed(file: $0.path), text: names.renamed($0.text))
            }
        files.append(EmittedFile(path: "CMakeLists.txt", text: build.cmake))
        files.append(EmittedFile(path: names.prefix + ".pc", text: build.pkgConfig))
        self.weights = description.embedsWeights ? nil : weights
    }

    /// What is the same in all bundles but for names.
    private static var code: [EmittedFile] {
        [
            ("unetc_internal.h", PackageResources.unetc_internal_h), ("unetc_net.h", PackageResources.unetc_net_h),
            ("unetc_net.c", PackageResources.unetc_net_c), ("unetc_processor.c", PackageResources.unetc_processor_c),
            ("unetc_segment.c", PackageResources.unetc_segment_c), ("unetc_tiles.c", PackageResources.unetc_tiles_c),
            ("unetc_pictures.h", PackageResources.unetc_pictures_h),
            ("unetc_picture.h", PackageResources.unetc_picture_h),
            ("unetc_picture.c", PackageResources.unetc_picture_c),
            ("unetc_picture_filter.c", PackageResources.unetc_picture_filter_c),
            ("unetc_picture_net.h", PackageResources.unetc_picture_net_h),
            ("unetc_picture_numbers.h", PackageResources.unetc_picture_numbers_h),
            ("unetc_picture_numbers.c", PackageResources.unetc_picture_numbers_c),
            ("unetc_picture_pixels.c", PackageResources.unetc_picture_pixels_c),
            ("unetc_picture_resampler.c", PackageResources.unetc_picture_resampler_c),
            ("unetc_picture_resizer.c", PackageResources.unetc_picture_resizer_c),
            ("unetc_picture_room.h", PackageResources.unetc_picture_room_h),
            ("unetc_picture_room.c", PackageResources.unetc_picture_room_c),
            ("unetc_picture_sizes.h", PackageResources.unetc_picture_sizes_h),
            ("unetc_picture_tiled.c", PackageResources.unetc_picture_tiled_c),
            ("unetc_picture_tiles.h", PackageResources.unetc_picture_tiles_h),
            ("unetc_picture_tiles.c", PackageResources.unetc_picture_tiles_c),
            ("unetc_picture_values.h", PackageResources.unetc_picture_values_h),
            ("unetc_picture_values.c", PackageResources.unetc_picture_values_c),
            ("unetc_picture_walk.c", PackageResources.unetc_picture_walk_c),
        ].map { EmittedFile(path: $0.0, text: text($0.1)) }
    }

    static func text(_ resource: [UInt8]) -> String { String(decoding: resource, as: UTF8.self) }
}
