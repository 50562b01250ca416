import Imaging
import Testing

@Suite struct DrawingTests {
    private let red = Color(255, 0, 0)

    @Test func rectangleIsClipped() {
        var canvas = Canvas(width: 6, height: 4)
        canvas.fill(x: -3, y: 2, width: 5, height: 9, red)
        canvas.fill(x: 40, y: 40, width: 5, height: 5, red)
        for y in 0..<4 {
            for x in 0..<6 { #expect(canvas.bitmap[x, y, 1] == (x < 2 && y >= 2 ? 0 : 255), "x \(x) y \(y)") }
        }
    }

    @Test(arguments: [(0.0, 10.0), (20.0, 10.0), (10.0, 0.0), (3.0, 17.5)])
    func lineCoversItsArea(x: Double, y: Double) {
        var canvas = Canvas(width: 40, height: 40, background: .black)
        canvas.line(from: (20 - x / 2, 20 - y / 2), to: (20 + x / 2, 20 + y / 2), thickness: 3, .white)
        let ink = canvas.bitmap.pixels.reduce(0.0) { $0 + Double($1) } / (3 * 255)
        let area = 3 * (x * x + y * y).squareRoot() + Double.pi * 1.5 * 1.5
        #expect(abs(ink - area) < 0.06 * area, "drew \(ink) pixels, expected about \(area)")
    }

    @Test func drawingOutsideOrWithNaNDoesNothing() {
        var canvas = Canvas(width: 8, height: 8)
        canvas.line(from: (.nan, 0), to: (4, 4), thickness: 2, red)
        canvas.line(from: (-1e12, -50), to: (1e12, -50), thickness: 2, red)
        canvas.draw(Bitmap(width: 4, height: 4, channels: 1), x: -90, y: 90)
        canvas.text("outside", x: 300, y: -80, scale: 2, red)
        #expect(canvas.bitmap == Canvas(width: 8, height: 8).bitmap)
    }

    @Test func charactersAreDistinct() {
        let characters = (33..<127).map { Character(Unicode.Scalar(UInt8($0))) }
        var seen: [Bitmap: Character] = [:]
        for character in characters {
            var canvas = Canvas(width: 12, height: 14)
            canvas.text(String(character), x: 1, y: 1, scale: 1, .black)
            #expect(canvas.bitmap != Canvas(width: 12, height: 14).bitmap, "\(character) is blank")
            if let twin = seen.updateValue(character, forKey: canvas.bitmap) {
                Issue.record("\(twin) looks like \(character)")
            }
        }
    }

    @Test func upwardTextIsTextTurned() {
        var upright = Canvas(width: 40, height: 18)
        upright.text("Loss", x: 0, y: 0, scale: 2, .black)
        var turned = Canvas(width: 18, height: 40)
        turned.textUpwards("Loss", x: 0, y: 40, scale: 2, .black)
        for y in 0..<18 {
            for x in 0..<40 { #expect(upright.bitmap[x, y] == turned.bitmap[y, 39 - x], "x \(x) y \(y)") }
        }
    }

    @Test func longTextIsCut() {
        let width = Canvas.textWidth("Abyssinian", scale: 1)
        #expect(Canvas.fitting("Abyssinian", width: width, scale: 1) == "Abyssinian")
        let cut = Canvas.fitting("Abyssinian", width: width - 1, scale: 1)
        #expect(cut.hasPrefix("Abyss") && cut.hasSuffix("...") && cut.count < 12, "\(cut)")
        #expect(Canvas.textWidth(cut, scale: 1) <= width - 1)
        #expect(Canvas.fitting("Abyssinian", width: 5, scale: 1) == "")
    }

    /// The edges of strokes are gray, and text takes the room that it says.
    @Test(arguments: [1, 2, 3])
    func textIsSmoothAndWithinItsWidth(scale: Int) {
        let text = "Dice 0.8302, IoU at 128x128"
        let width = Canvas.textWidth(text, scale: scale)
        var canvas = Canvas(width: width + 20, height: 60)
        canvas.text(text, x: 10, y: 10, scale: scale, .black)
        let bitmap = canvas.bitmap
        #expect(Set(bitmap.pixels).count > 20, "not only black and white")
        for y in 0..<60 { for x in 0..<9 { #expect(bitmap[x, y] == 255 && bitmap[width + 11 + x, y] == 255) } }
        let rows = (0..<60).filter { y in (0..<bitmap.width).contains { bitmap[$0, y] < 128 } }
        #expect(rows.first.map { $0 >= 9 } == true && rows.contains(10 + Canvas.textHeight(scale: scale) - 1))
    }

    @Test func overlayMixesWhereTheMaskIsOn() {
        let picture = Bitmap(width: 4, height: 2, channels: 3, fill: 100)
        let mask = Bitmap(width: 2, height: 1, channels: 1, pixels: [0, 7])
        let result = overlay(picture, mask: mask, color: Color(200, 0, 100), alpha: 0.5)
        for y in 0..<2 {
            for x in 0..<4 {
                let expected: [UInt8] = x < 2 ? [100, 100, 100] : [150, 50, 100]
                #expect((0..<3).map { result[x, y, $0] } == expected, "x \(x) y \(y)")
            }
        }
    }
}
