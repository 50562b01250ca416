import Imaging
import Runtime
import Testing
import TrainerSupport
import TrainerTestSupport

@testable import Reporting

/// Event files, read by a reader of the tests' own.
@Suite struct EventLogTests {
    /// FIPS 180-4's examples.
    @Test(arguments: [
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ])
    func digestsAreSHA256(text: String, expected: String) { #expect(Digest.of(text) == expected) }

    @Test func eventsComeBack() throws {
        let folder = try TestFolder()
        let file = try EventFile(in: folder.path)
        let bitmap = Bitmap(width: 5, height: 3, channels: 3, fill: 77)
        try file.append(
            LogEvent(
                step: 1 << 40,
                content: .values([
                    .init("train/loss", 0.625), .init("a text", .text("| a | ü |")), .init("samples", .picture(bitmap)),
                    .init("nan", .nan), .init("", -1),
                ])))
        try file.append(LogEvent(step: 7, content: .sessionStart))
        let events = try EventReader(bytes(folder.file("events.out.tfevents.0001.unetc"))).events
        try #require(events.count == 3)
        #expect(events[0].fileVersion == "brain.Event:2" && events[0].wallTime > 1.7e9)
        #expect(events[1].step == 1 << 40 && events[1].number("train/loss") == 0.625 && events[1].number("") == -1)
        #expect(events[1].number("nan")?.isNaN == true)
        let text = try #require(events[1].texts.first)
        #expect(text.plugin == "text" && text.text == "| a | ü |" && text.tag == "a text")
        let picture = try #require(events[1].pictures.first)
        #expect(picture.width == 5 && picture.height == 3 && picture.channels == 3)
        #expect(picture.png == (try bitmap.encodePNG()))
        #expect(events[2].isSessionStart && events[2].step == 7)
    }

    @Test func sessionsWriteFilesOfTheirOwn() throws {
        let folder = try TestFolder()
        try folder.write("events.out.tfevents.0009.unetc", [1])
        _ = try EventFile(in: folder.path)
        _ = try EventFile(in: folder.path)
        #expect(
            try FileSystem.names(in: folder.path) == [9, 10, 11].map { EventFile.name(session: $0) })
    }
}
