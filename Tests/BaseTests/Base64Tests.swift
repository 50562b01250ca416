import Base
import Testing

@Suite struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy"),
        ("~~?>", "fn4/Pg=="),
    ])
    func isThatOfRFC4648(text: String, expected: String) { #expect(Base64.text(of: Array(text.utf8)) == expected) }
}
