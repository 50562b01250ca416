import Base
import DataSets
import Imaging
import Recipes

extension DataSettings: RecordPart {
    package var metadata: [(String, String)] {
        [
            ("data", folder ?? ""), ("data_images", pictures ?? ""), ("data_masks", masks ?? ""),
            ("mask_name", maskName?.description ?? ""), ("pairs", pairs ?? ""),
            ("mask_map", map?.description ?? ""), ("class_names", classNames.joined(separator: ",")),
            ("mask_labels", labels.map { JSON.array($0.map { .string($0) }).text(.compact) } ?? ""),
            ("sparse_labels", "\(hasSparseLabels)"),
            ("groups", groups?.record ?? ""), ("split", "\(split)"), ("sorted", "\(isSorted)"),
            ("fold", fold?.description ?? ""), ("mask_palette", palettes?.description ?? ""),
            ("range", rangeSetting.description), ("range_numbers", range?.description ?? ""),
            ("normalize", normalizationSetting.rawValue), ("normalize_numbers", normalization?.description ?? ""),
            ("pages", pages.rawValue), ("channels", channels?.description ?? ""),
            ("show_bands", shownBands?.description ?? ""),
            ("exif", "\(isOriented)"), ("patches", patches.map { "\($0.perPicture)" } ?? ""),
            ("typical_scale", typicalScale.map { "\($0)" } ?? ""),
        ]
    }

    package init(_ fields: RecordFields) throws {
        let map = try fields.text("mask_map")
        let fold = fields.has("fold") ? try fields.optional("fold") : nil
        if let fold, Fold(fold) == nil { throw fields.wrong("fold", fold, "a fold such as 1/5") }
        // Earlier versions took indices as they are.
        let palette = fields.has("mask_palette") ? try fields.optional("mask_palette") : PaletteRule.indices.description
        if let palette, PaletteRule(palette) == nil {
            throw fields.wrong("mask_palette", palette, "colours such as 0=#000000,1=#ffffff")
        }
        // Earlier versions took pictures as they are stored, and the upper 8 bits of each number.
        let numbers =
            fields.has("range_numbers") ? try fields.optional("range_numbers") : PictureRange.highBytes.description
        if let numbers, PictureRange(numbers) == nil {
            throw fields.wrong("range_numbers", numbers, "numbers such as 0-255/0-4095")
        }
        let maskName = fields.has("mask_name") ? try fields.optional("mask_name") : nil
        let groups = fields.has("groups") ? try fields.optional("groups") : nil
        if let groups, GroupRule(record: groups) == nil {
            throw fields.wrong("groups", groups, "a rule such as pattern:{}_*")
        }
        self.init(
            folder: try fields.optional("data"), pictures: try fields.optional("data_images"),
            masks: try fields.optional("data_masks"),
            maskName: try maskName.map { try MaskName(parsing: $0) },
            pairs: fields.has("pairs") ? try fields.optional("pairs") : nil,
            map: map.isEmpty ? nil : try MaskMap(parsing: map),
            palettes: palette.flatMap { PaletteRule($0) },
            rangeSetting: fields.has("range") ? try RangeSetting(parsing: fields.text("range")) : .auto,
            range: numbers.flatMap { PictureRange($0) }, isOriented: try fields.value("exif", before: false),
            classNames: try fields.text("class_names").split(separator: ",").map(String.init),
            split: try fields.value("split"), isSorted: try fields.value("sorted"),
            groups: groups.flatMap { GroupRule(record: $0) }, fold: fold.flatMap { Fold($0) })
        try readNumbers(fields)
        if fields.has("mask_labels"), let text = try fields.optional("mask_labels") {
            labels = try? JSON(parsing: text).array?.compactMap(\.string)
            if labels == nil { throw fields.wrong("mask_labels", text, "a list of labels") }
        }
        hasSparseLabels = try fields.value("sparse_labels", before: false)
        // Earlier versions knew whole pictures alone, and did not say how large those were.
        if fields.has("typical_scale") {
            typicalScale = try fields.optional("typical_scale").map { _ in try fields.value("typical_scale") }
        }
        if fields.has("patches"), try fields.optional("patches") != nil {
            let scale = typicalScale ?? 1
            patches = PatchSettings(perPicture: try fields.value("patches"), scale: scale)
            guard (1...PatchSettings.most).contains(patches?.perPicture ?? 0), PatchSettings.scales.contains(scale)
            else {
                throw fields.wrong("patches", "\(patches?.text ?? "")", "a number from 1 and a scale")
            }
        }
    }

    /// What earlier versions did not know: they fed numbers from 0 to 1, and took the first pages.
    private mutating func readNumbers(_ fields: RecordFields) throws {
        guard fields.has("normalize") else {
            normalization = .range
            return
        }
        normalizationSetting = try NormalizationSetting(parsing: fields.text("normalize"))
        normalization = try fields.optional("normalize_numbers").map { text in
            guard let known = Normalization(text) else {
                throw fields.wrong("normalize_numbers", text, "a rule such as mean-std 0.5:0.2")
            }
            return known
        }
        channels = try fields.optional("channels").map { text in
            guard let names = ChannelNames(text) else {
                throw fields.wrong("channels", text, "names such as red={}_R.tif")
            }
            return names
        }
        let rule = try fields.text("pages")
        guard let known = PageRule(rawValue: rule) else { throw fields.wrong("pages", rule, "auto, first or channels") }
        pages = known
        shownBands = try fields.optional("show_bands").map { text in
            guard let bands = ShownBands(text) else {
                throw fields.wrong("show_bands", text, "three bands such as 4,3,2")
            }
            return bands
        }
    }
}
