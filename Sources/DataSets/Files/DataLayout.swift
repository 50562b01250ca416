import Base
import Imaging
import TrainerSupport

/// The part of a data set that comes with its split.
package enum DataPart: String, Hashable, Sendable, CaseIterable {
    case training = "train"
    case validation = "val"
    case test = "test"

    /// What its folders, or its lines in a list, may be called, in lower case; the usual name first.
    var names: [String] {
        switch self {
        case .training: ["train", "training", "train2017"]
        case .validation: ["val", "valid", "validation", "val2017"]
        case .test: ["test", "testing", "test2017"]
        }
    }
}

/// A folder of pictures and one of masks.
package struct DataFolders: Hashable, Sendable {
    package var pictures: String
    /// nil for nets that learn the pictures themselves.
    package var masks: String?
    /// nil for folders that are still to be parted.
    package var part: DataPart?
    /// How masks are named after their pictures; nil to find it out.
    var maskName: MaskName?
    /// How the files of a picture are named that has one a channel; nil for whole files, or to find it out.
    var channels: ChannelNames?
    /// Which labels masks have that may overlap; nil for other masks.
    var labels: LabelRule?
    /// The pairs of `--pairs`, whose file the others name then.
    package var list: PairList.Part?
}

/// Where a data set's pictures and masks are.
package struct DataLayout: Hashable, Sendable {
    /// One to be parted, or several that are the parts; training first.
    package var folders: [DataFolders]
    /// What the layout says about mask values; nil when they are to be found out.
    package var map: MaskMap?

    /// True when the data says itself what trains and what tests.
    package var isParted: Bool { folders.contains { $0.part != nil } }

    /// The same of pictures with a file a channel.
    package func withChannels(_ channels: ChannelNames?) -> DataLayout {
        var result = self
        for place in result.folders.indices { result.folders[place].channels = channels }
        return result
    }

    /// The same for masks of labels that may overlap.
    func withLabels(_ labels: LabelRule?) -> DataLayout {
        var result = self
        for place in result.folders.indices { result.folders[place].labels = labels }
        return result
    }

    /// Recognises what is under `folder`, or takes the two folders given (relative to `folder`, if they are there), or the
    /// list of pairs given. Nets that need no masks take the same without them, and `folder` itself when it holds pictures.
    /// - Parameters:
    ///   - maskName: how masks are named after their pictures; nil to find it out.
    ///   - pairs: the file of `--pairs`.
    /// - Throws: `TrainerError` that says what was looked for and what is there.
    package static func recognize(
        folder: String?, pictures: String?, masks: String?, needsMasks: Bool = true, maskName: MaskName? = nil,
        pairs: String? = nil
    ) throws -> DataLayout {
        if let pairs {
            let list = try PairList(path: pairs, needsMasks: needsMasks)
            return DataLayout(
                folders: list.parts.map {
                    DataFolders(pictures: pairs, masks: needsMasks ? pairs : nil, part: $0.part, list: $0)
                })
        }
        if let folder, !FileSystem.isFolder(folder) {
            let found = FileSystem.kind(folder) == nil ? "there is nothing of that name" : "it is not a folder"
            throw TrainerError("\(folder): expected a folder of pictures and masks (--data), \(found)")
        }
        if let pictures {
            return try named(pictures, masks, in: folder, needsMasks: needsMasks).named(maskName)
        }
        guard let folder else { throw TrainerError("no data folder given", hint: "give --data DIR") }
        let search = LayoutSearch(folder: folder, needsMasks: needsMasks, maskName: maskName)
        guard let found = try search.layout() else { throw try unknownLayout(folder, needsMasks) }
        return found.named(maskName)
    }

    private func named(_ maskName: MaskName?) -> DataLayout {
        var result = self
        for place in result.folders.indices { result.folders[place].maskName = maskName }
        return result
    }

    private static func named(
        _ pictures: String, _ masks: String?, in folder: String?, needsMasks: Bool
    ) throws -> DataLayout {
        let found = try existing(pictures, in: folder, flag: "--images")
        guard needsMasks else { return DataLayout(folders: [DataFolders(pictures: found)]) }
        guard let masks else {
            throw TrainerError(
                "--images and --masks are given together: this net is trained on masks",
                hint: "name the folder of masks with --masks, which may be the same")
        }
        return DataLayout(
            folders: [
                DataFolders(pictures: found, masks: try existing(masks, in: folder, flag: "--masks", orFile: true))
            ])
    }

    private static func existing(
        _ name: String, in folder: String?, flag: String, orFile: Bool = false
    ) throws -> String {
        let candidates = (folder.map { [FileSystem.join($0, name)] } ?? []) + [name]
        if let found = candidates.first(where: FileSystem.isFolder) { return found }
        if orFile, let found = candidates.first(where: FileSystem.isFile) { return found }
        throw TrainerError("\(candidates[0]): expected a folder (\(flag)), there is none of that name")
    }

    private static func unknownLayout(_ folder: String, _ needsMasks: Bool) throws -> TrainerError {
        let folders = try FileSystem.names(in: folder).filter { FileSystem.isFolder(FileSystem.join(folder, $0)) }
        let found = folders.isEmpty ? "no folders" : Text.list(folders.map { $0 + "/" }, most: 10)
        guard needsMasks else {
            return TrainerError(
                "\(folder): expected pictures, images/, or train/ with val/ or test/, found \(found)",
                hint: "name the folder of pictures with --images A")
        }
        return TrainerError(
            "\(folder): expected images/ with annotations/trimaps/ or masks/, or train/ and trainannot/ with "
                + "val/ and valannot/, or train/images/ and train/masks/, found \(found)",
            hint:
                "name the two folders with --images A --masks B, or say how masks are named beside their pictures, such as "
                + "--mask-name \"{}_mask\"")
    }
}

extension DataLayout {
    /// The folders that training needs: those that train, and of the others the one that tests between epochs,
    /// `val/` if it is there.
    package var forTraining: DataLayout {
        guard isParted else { return self }
        let tested = folders.first { $0.part == .validation } ?? folders.first { $0.part == .test }
        return with(folders.filter { $0.part == .training } + (tested.map { [$0] } ?? []))
    }

    /// The folder that an evaluation looks at: `part`, or without one `test/` if it is there, else `val/`.
    /// - Throws: `TrainerError` when the data has no such part.
    func forEvaluation(of part: DataPart?) throws -> DataLayout {
        guard isParted else {
            guard let part else { return self }
            throw TrainerError(
                "--part \(part.rawValue): the data is not parted into train/, val/ and test/",
                hint: "leave out --part; --split says how it is parted")
        }
        let wanted = part.map { [$0] } ?? [.test, .validation]
        let found = wanted.lazy.compactMap { part in folders.first { $0.part == part } }.first
        guard let found else {
            let parts = folders.compactMap { $0.part?.rawValue }.joined(separator: ", ")
            throw TrainerError("--part \(wanted[0].rawValue): the data has the parts \(parts)")
        }
        return with([found])
    }

    private func with(_ folders: [DataFolders]) -> DataLayout { DataLayout(folders: folders, map: map) }
}
