/// Masks of 16x16 as other programs save them; made by make_mask_files.py.
package enum MaskFiles {
    /// Object 255 on 0.
    package static let jpeg = decoded(
        """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5\
        PTgyPC4zNDL/wAALCAAQABABAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQR\
        BRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4\
        eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEB\
        AAA/AOX+Evwls/HmnXuratfzwWMMpto4rQgSNIArFiWUgKAwGAMkk9MfMfFr4S2fgPTrLVtJv557GaUW0kV2QZFkIZgwKqAVIUjBGQQOuflP\
        hL8WrPwHp17pOrWE89jNKbmOW0AMiyEKpUhmAKkKDkHIIPXPynxa+LVn4806y0nSbCeCxhlFzJLdgCRpAGUKArEBQGJyTkkjpj5v/9k=
        """)

    /// Indices 0 and 1, black and dark red.
    package static let palette = decoded(
        """
        iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAMAAAAoLQ9TAAADAFBMVEUAAACAAAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAA\
        gAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAA\
        gAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAA\
        gAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAA\
        gAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAA\
        gAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAA\
        gAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAA\
        gAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAA\
        gAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAA\
        gAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgAAAgADK\
        q3byAAAAH0lEQVR4nGNgIBMwggE6HyHCyIgmQhMBDGsxHUYaAAAv0ABZYmH/SQAAAABJRU5ErkJggg==
        """)

    /// 0 and 65535.
    package static let sixteenBits = decoded(
        """
        iVBORw0KGgoAAAANSUhEUgAAABAAAAAQEAAAAABqCHz+AAAAM0lEQVR4nGNgoDlgRDD//0cShoszYZNG5jFhk0YWYUKXQAeDSAEjI7oETIQJ\
        XQCXBhoCAKrPChRW7SazAAAAAElFTkSuQmCC
        """)

    /// 16 bits, numbers 0 and 300.
    package static let instances = decoded(
        """
        iVBORw0KGgoAAAANSUhEUgAAABAAAAAQEAAAAABqCHz+AAAANElEQVR4nGNgoDlgRGLqINj/r8BYTNikkXlM2KSRRZjQJdDBIFKA8DcMwESY\
        0AVwaaAhAAAGTQoU31qzSAAAAABJRU5ErkJggg==
        """)

    /// Class numbers 0, 1 and 2 at 4 bits.
    package static let fourBits = decoded(
        """
        iVBORw0KGgoAAAANSUhEUgAAABAAAAAQBAAAAAD/aE28AAAAH0lEQVR4nGNgwAeYhIQEwAwhIIAKQIRIYsC1IwzEBQDeVAMZMHrAbQAAAABJ\
        RU5ErkJggg==
        """)

    /// Black, the object in the alpha channel.
    package static let alpha = decoded(
        """
        iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAYAAAAf8/9hAAAANklEQVR4nGNgGPKAEYf4f2LVM5GgGascugH4NGNVg80FJIFRAzANwJUucKrB\
        5gJ8hhBjwVADAICLBRQxLWhgAAAAAElFTkSuQmCC
        """)

    /// A JPEG of many values.
    package static let photograph = decoded(
        """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggL\
        DAsKDAkKCgr/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/wAAR\
        CAAQABADASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEG\
        E1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWG\
        h4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEB\
        AQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYk\
        NOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0\
        tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwDOt/H/AI31n9nfQfjTL4vvLPVtR8U5vfGO\
        qauqxXFtbRWVzefPNIE1xD5iSWEyyvNF5oU7EsULYnw40rWtf8B6Qfh/+0R4k8X+JpLfUrmO1+I2k6lqo03SJrbC29r5mm3VrK8j/uzBEwzE\
        3mKF864StxZ/ir8N/D+kfFPx/wCNbPxja3ynxBoniTRtNXzI762jk8mZZrdILeaN20yK+is57yDzmtEXzJGgLzXtPstYk8AeIvh94esr/SNe\
        8GQNbHRtSguL+7to4rK+1PYRaxR6faXPmT20cKgFWe1kind18uyHpUMwy3LsEq1KcHGpOM5Je/o7U4U5upH4P3/LJQ5YTk2pac9VzV+vU8Li\
        MLSdKc9OTmVNRpOUnGbUYtwqU+ZclLmp051acoyjG1WfP//Z
        """)

    private static func decoded(_ text: String) -> [UInt8] {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var bytes: [UInt8] = []
        var (bits, count) = (0, 0)
        for letter in text.utf8 {
            guard let value = digits.firstIndex(of: letter) else { continue }
            (bits, count) = (bits << 6 | value, count + 6)
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(bits >> count & 255))
            }
        }
        return bytes
    }
}
