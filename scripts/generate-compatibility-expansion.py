#!/usr/bin/env python3
"""Writes Sources/Inference/CompatibilityExpansion+Table.swift from Python's Unicode data.

For each code point: how many bytes longer its compatibility decomposition (NFKD) is in UTF-8 than itself.
NFKC composes what NFKD took apart; composing never lengthens (checked below), so NFKD bounds NFKC, in any context.
Hangul syllables are left out: NFKC takes them apart and puts the same syllables together again.
"""
import pathlib
import random
import sys
import unicodedata

FIRST_DIGIT = ord("0")


def size(text):
    return len(text.encode("utf-8", "surrogatepass"))


def extra(point):
    if 0xAC00 <= point <= 0xD7A3 or 0xD800 <= point <= 0xDFFF:
        return 0
    return max(0, size(unicodedata.normalize("NFKD", chr(point))) - size(chr(point)))


EXTRA = {point: extra(point) for point in range(0x110000)}


def check():
    for point in range(0x110000):
        parts = unicodedata.decomposition(chr(point)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            assert size(chr(point)) <= sum(size(chr(int(part, 16))) for part in parts), hex(point)
    points = [p for p in range(0x110000) if not 0xD800 <= p <= 0xDFFF and unicodedata.category(chr(p)) != "Cn"]
    marks = [p for p in points if unicodedata.combining(chr(p))]
    dice = random.Random(1)
    for _ in range(200_000):
        text = "".join(chr(dice.choice(dice.choice((points, marks)))) for _ in range(dice.randrange(1, 12)))
        bound = size(text) + sum(EXTRA[ord(character)] for character in text)
        assert size(unicodedata.normalize("NFKC", text)) <= bound, ascii(text)
    assert all(size(chr(p)) + EXTRA[p] <= 12 for p in range(0x10000, 0x110000))  # as long as its escape


def main():
    check()
    pages = {}
    for point, count in EXTRA.items():
        if count:
            pages.setdefault(point >> 8, [FIRST_DIGIT] * 256)[point & 255] = FIRST_DIGIT + count
    order = sorted(pages)
    index = "".join(chr(FIRST_DIGIT + (order.index(page) + 1 if page in pages else 0)) for page in range(order[-1] + 1))
    assert FIRST_DIGIT + len(order) < 127 and max(EXTRA.values()) + FIRST_DIGIT < 127
    body = "".join("".join(map(chr, pages[page])) for page in order)

    def literal(text):
        lines = [text[at:at + 112] for at in range(0, len(text), 112)]
        return "\n".join("        " + line.replace("\\", "\\\\") + "\\" for line in lines[:-1]) + (
            "\n" if len(lines) > 1 else "") + "        " + lines[-1].replace("\\", "\\\\")

    print("// Written by scripts/generate-compatibility-expansion.py from Unicode", unicodedata.unidata_version)
    print("""
extension CompatibilityExpansion {
    /// For each 256 code points from U+0000 on, which page of ``pages`` they have, counted from 1; 0 for none.
    /// A number is a character, `0` for zero.
    static let pageIndex: StaticString = \"\"\"
%s
        \"\"\"

    /// For each code point of each page, how many bytes longer its NFKD is than itself.
    static let pages: StaticString = \"\"\"
%s
        \"\"\"
}""" % (literal(index), literal(body)))


if __name__ == "__main__":
    output = pathlib.Path(__file__).resolve().parent.parent / "Sources/Inference/CompatibilityExpansion+Table.swift"
    with output.open("w") as sys.stdout:
        main()
