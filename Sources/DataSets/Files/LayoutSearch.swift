import Base
import TrainerSupport

/// Looks for the folders of a data set under one folder, by the names that people give them.
struct LayoutSearch {
    let folder: String
    let needsMasks: Bool
    /// nil to find it out.
    let maskName: MaskName?

    /// What folders of pictures are called, and folders of masks; the usual name first.
    private static let pictureNames = ["images", "image", "imgs", "img", "img_dir", "JPEGImages"]
    private static let maskNames = [
        "masks", "mask", "labels", "label", "annotations", "annotation", "annots", "ann_dir", "ground_truth",
        "groundtruth", "gt",
        "segmentations", "SegmentationClass",
    ]
    /// What stands behind the name of a part where its masks are beside it.
    private static let maskEndings = ["annot", "_masks", "_mask", "-masks", "-mask", "_labels", "_annotations"]

    /// nil where nothing is recognised.
    /// - Throws: `TrainerError` when a folder cannot be read.
    func layout() throws -> DataLayout? {
        if let parts = try parted() { return parts }
        let trimaps = FileSystem.join(folder, "annotations/trimaps")
        for name in Self.pictureNames {
            let images = FileSystem.join(folder, name)
            guard FileSystem.isFolder(images) else { continue }
            guard needsMasks else { return DataLayout(folders: [DataFolders(pictures: images)]) }
            if FileSystem.isFolder(trimaps) {
                return DataLayout(folders: [DataFolders(pictures: images, masks: trimaps)], map: .trimap)
            }
            let files = ["annotations.json", "_annotations.coco.json", "labels.json", "coco.json"]
            let masks =
                Self.maskNames.lazy.map { FileSystem.join(folder, $0) }.first(where: FileSystem.isFolder)
                ?? files.lazy.map { FileSystem.join(folder, $0) }.first(where: FileSystem.isFile)
            if let masks { return DataLayout(folders: [DataFolders(pictures: images, masks: masks)]) }
        }
        guard needsMasks else {
            let holdsFiles = try FileSystem.names(in: folder).contains {
                FileSystem.isFile(FileSystem.join(folder, $0))
            }
            return holdsFiles ? DataLayout(folders: [DataFolders(pictures: folder)]) : nil
        }
        for pictures in [folder] + Self.pictureNames.map({ FileSystem.join(folder, $0) }) where holdsBoth(pictures) {
            return DataLayout(folders: [DataFolders(pictures: pictures, masks: pictures)])
        }
        let roboflow = FileSystem.join(folder, "_annotations.coco.json")
        if FileSystem.isFile(roboflow) { return DataLayout(folders: [DataFolders(pictures: folder, masks: roboflow)]) }
        return nil
    }

    /// Folders of parts, of which one trains; nil when there are none.
    private func parted() throws -> DataLayout? {
        for places in [besides, inside, above, together] {
            var folders: [DataFolders] = []
            for part in DataPart.allCases {
                guard var found = part.names.lazy.compactMap(places).first else { continue }
                found.part = part
                folders.append(found)
            }
            guard folders.first?.part == .training else { continue }
            if folders.count == 1 { folders[0].part = nil }
            return DataLayout(folders: folders)
        }
        return nil
    }

    /// `train/` and `trainannot/`, or `train_masks/`.
    private func besides(_ name: String) -> DataFolders? {
        let pictures = FileSystem.join(folder, name)
        guard FileSystem.isFolder(pictures) else { return nil }
        // Without masks there is nothing to tell it from folders of folders.
        guard needsMasks else { return inside(name) ?? DataFolders(pictures: pictures) }
        let masks =
            Self.maskEndings.lazy.map { pictures + $0 }.first(where: FileSystem.isFolder) ?? annotations(of: name)
        return masks.map { DataFolders(pictures: pictures, masks: $0) }
    }

    /// COCO's file of a part.
    private func annotations(of name: String) -> String? {
        ["annotations/instances_\(name).json", "annotations/\(name).json", "\(name)/_annotations.coco.json"].lazy
            .map { FileSystem.join(folder, $0) }.first(where: FileSystem.isFile)
    }

    /// `train/images/` and `train/masks/`.
    private func inside(_ name: String) -> DataFolders? {
        pair { FileSystem.join(FileSystem.join(folder, name), $0) }
    }

    /// `images/train/` and `masks/train/`.
    private func above(_ name: String) -> DataFolders? {
        pair(annotations(of: name)) { FileSystem.join(FileSystem.join(folder, $0), name) }
    }

    /// `train/` with pictures and masks, told apart by their names.
    private func together(_ name: String) -> DataFolders? {
        let both = FileSystem.join(folder, name)
        return needsMasks && holdsBoth(both) ? DataFolders(pictures: both, masks: both) : nil
    }

    private func pair(_ annotations: String? = nil, _ path: (String) -> String) -> DataFolders? {
        guard let pictures = Self.pictureNames.lazy.map(path).first(where: FileSystem.isFolder) else { return nil }
        guard needsMasks else { return DataFolders(pictures: pictures) }
        let masks = Self.maskNames.lazy.map(path).first(where: FileSystem.isFolder) ?? annotations
        return masks.map { DataFolders(pictures: pictures, masks: $0) }
    }

    /// Whether there are files of which names say that they are masks of others in the same folder.
    private func holdsBoth(_ path: String) -> Bool {
        guard FileSystem.isFolder(path), let found = try? PictureFolder(path), !found.pictures.isEmpty else {
            return false
        }
        if let maskName { return found.pictures.contains { maskName.mask.core(of: $0.stem) != nil } }
        let names = found.pictures.map(\.stem)
        return NamedPictures(found).nameWithin != nil
            || AnnotationSet.isBeside(names, in: path)
    }
}
