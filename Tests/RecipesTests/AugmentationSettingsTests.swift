import DataSets
import Testing
import TrainerTestSupport

@testable import Recipes

@Suite struct AugmentationSettingsTests {
    @Test(arguments: [
        ("none", "none"), ("flip", "flip"), ("noise=0.02,flip", "flip,noise=0.02"),
        ("flip,vflip,rotate90,rotate=15,scale=0.8..1.25,crop=0.7,shift=0.1", nil),
        ("brightness=0.2,contrast=0.25,saturation=0.3,hue=0.05,noise=0.02,elastic=10", nil),
        ("scale=1..2", nil), ("scale=0.50..1", "scale=0.5..1"), ("rotate=0,crop=1,scale=1..1", "none"),
        ("light", "flip,rotate=10,scale=0.9..1.1,brightness=0.1,contrast=0.1"),
        ("light,rotate=30,elastic=2.5", "flip,rotate=30,scale=0.9..1.1,brightness=0.1,contrast=0.1,elastic=2.5"),
        ("paper", "flip,vflip,rotate90,rotate=15,shift=0.05,brightness=0.1,contrast=0.1,elastic=10"),
    ])
    func textsAreReadAndWritten(text: String, written: String?) throws {
        let settings = try AugmentationSettings(parsing: text)
        #expect(settings.description == written ?? text)
        #expect(try AugmentationSettings(parsing: settings.description) == settings)
    }

    @Test(arguments: [
        ("flip,spin=3", "there is no \"spin\"; there are none, light, paper, flip, vflip, rotate90, scale, rotate"),
        ("", "there is no \"\""), ("flip,", "there is no \"\""),
        ("flip=1", "\"flip\" takes no value, found \"flip=1\""),
        ("rotate", "expected rotate=NUMBER from 0 to 180, found \"rotate\""),
        ("rotate=200", "expected rotate=NUMBER from 0 to 180, found \"rotate=200\""),
        ("hue=much", "expected hue=NUMBER from 0 to 0.5, found \"hue=much\""),
        ("noise=nan", "expected noise=NUMBER from 0 to 1, found \"noise=nan\""),
        ("crop=0", "expected crop=NUMBER from 0.1 to 1, found \"crop=0\""),
        ("scale=0.8", "expected scale=LOW..HIGH from 0.1 to 10, such as scale=0.8..1.25, found \"scale=0.8\""),
        ("scale=2..1", "found \"scale=2..1\""), ("scale=0..1", "found \"scale=0..1\""),
    ])
    func faultsAreNamed(text: String, part: String) {
        let found = message { _ = try AugmentationSettings(parsing: text) }
        #expect(found.hasPrefix("augmentation \"\(text)\": ") && found.contains(part), "\(found)")
        #expect(found.contains("hint: entries are separated by commas"))
    }
}
