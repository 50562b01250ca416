/// Where a data set's pictures and masks are.
struct DataLayout: Hashable, Sendable {
    /// The folder of pictures.
    var pictures: String
    /// The folder of masks.
    var masks: String
    /// What the layout says about mask values; nil when they are to be found out.
    var map: MaskMap?

    /// Recognises `images/` + `annotations/trimaps/` and `images/` + `masks/` under `folder`, or takes the two folders
    /// given (relative to `folder`, if they are there).
    /// - Throws: `TrainerError` that says what was looked for and what is there.
    static func recognize(folder: String?, pictures: String?, masks: String?) throws -> DataLayout {
        if let folder, !FileSystem.isFolder(folder) {
            let found = FileSystem.kind(folder) == nil ? "there is nothing of that name" : "it is not a folder"
            throw TrainerError("\(folder): expected a folder of pictures and masks (--data), \(found)")
        }
        if let pictures, let masks {
            return DataLayout(
                pictures: try existing(pictures, in: folder, flag: "--images"),
                masks: try existing(masks, in: folder, flag: "--masks"))
        }
        guard let folder else { throw TrainerError("no data folder given", hint: "give --data DIR") }
        let images = FileSystem.join(folder, "images")
        let trimaps = FileSystem.join(folder, "annotations/trimaps")
        if FileSystem.isFolder(images) && FileSystem.isFolder(trimaps) {
            return DataLayout(pictures: images, masks: trimaps, map: .trimap)
        }
        let plain = FileSystem.join(folder, "masks")
        if FileSystem.isFolder(images) && FileSystem.isFolder(plain) {
            return DataLayout(pictures: images, masks: plain)
        }
        throw try unknownLayout(folder)
    }

    private static func existing(_ name: String, in folder: String?, flag: String) throws -> String {
        let candidates = (folder.map { [FileSystem.join($0, name)] } ?? []) + [name]
        if let found = candidates.first(where: FileSystem.isFolder) { return found }
        throw TrainerError("\(candidates[0]): expected a folder (\(flag)), there is none of that name")
    }

    private static func unknownLayout(_ folder: String) throws -> TrainerError {
        let folders = try FileSystem.names(in: folder).filter { FileSystem.isFolder(FileSystem.join(folder, $0)) }
        let shown = folders.prefix(10).map { $0 + "/" }.joined(separator: ", ")
        let found =
            folders.isEmpty ? "no folders" : shown + (folders.count > 10 ? " and \(folders.count - 10) more" : "")
        return TrainerError(
            "\(folder): expected images/ with annotations/trimaps/ or images/ with masks/, found \(found)",
            hint: "name the two folders with --images A --masks B")
    }
}
