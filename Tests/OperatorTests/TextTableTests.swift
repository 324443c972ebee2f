import Operator
import Testing

@Suite("Tables of text")
struct TextTableTests {
    @Test func aColumnIsAsWideAsItsWidestCell() {
        var table = TextTable(["A", "LONG HEADING", "C"])
        table.add(["wide cell", "x", "y"])
        table.add(["é", "", "z"])
        #expect(
            table.text == """
                A          LONG HEADING  C
                wide cell  x             y
                é                        z
                """)
    }

    @Test func noLineEndsInSpaces() {
        var table = TextTable(["A", "B"])
        table.add(["1", ""])
        #expect(table.text.split(separator: "\n").allSatisfy { !$0.hasSuffix(" ") })
    }

    @Test func aTableWithoutRowsIsItsHeadings() {
        #expect(TextTable(["A", "B"]).text == "A  B")
    }
}
