import Base
import Testing

@Suite struct MarkupTests {
    @Test func textsHoldNoMarkup() {
        let text = "a<b> & \"c\"\n\u{1}\u{FFFE}é"
        #expect(Markup.text(text) == "a&lt;b&gt; &amp; \"c\"&#10;  é")
        #expect(Markup.attribute(text) == "a&lt;b&gt; &amp; &quot;c&quot;&#10;  é")
    }

    @Test func elementsKeepTheOrderOfTheirAttributes() {
        #expect(Markup.element("path", ["d": "M0 0", "class": "a\"b"]) == #"<path d="M0 0" class="a&quot;b"/>"#)
        #expect(Markup.element("g", [:], Markup.element("b")) == "<g><b/></g>")
    }

    @Test(arguments: [(0.0, "0"), (-0.04, "0"), (2, "2"), (2.25, "2.3"), (-1.5, "-1.5"), (1000.96, "1001")])
    func numbersAreShort(value: Double, text: String) { #expect(Markup.number(value) == text) }
}
