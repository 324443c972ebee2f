import JSON
import Testing

/// simdjson's own parsers read up to 64 bytes behind a document; ours must not, for bodies come as they are.
@Suite struct JSONPaddingTests {
    @Test func theNodesOfADocumentAreTheSameWhateverStandsBehindIt() throws {
        let document = Array(#"{"a":[1,-2.5e3,"x\u00e9",true,null],"b":{"c":"d"}}"#.utf8)
        let behind: [[UInt8]] = [[], Array("\"}]\\,".utf8), [UInt8](repeating: 0x31, count: 100), [0xFF, 0x00]]
        for bytes in behind {
            let all = document + bytes
            let root = try JSONDocument(all[..<document.count]).root
            #expect(Array(root.bytes) == document)
            #expect(JSONValue(root).encoded == (try JSONValue(parsing: document)).encoded)
        }
    }

    @Test func aNumberOrAWordThatIsCutOffIsNotCompletedByWhatStandsBehindIt() {
        for text in ["tru", "-", "1.", "1e", "\"ab", "[1", "{\"a\":nul"] {
            let all = Array((text + "e1\"]}l").utf8)
            #expect(throws: JSONError.self) { try JSONDocument(all[..<text.utf8.count]) }
        }
        #expect((try? JSONDocument(Array("12345".utf8)[..<2]))?.root.int64 == 12)
    }

    @Test func everyLengthAroundTheBlocksOfTheScannerIsReadRight() throws {
        for length in 0...300 {
            let text = "[\"" + String(repeating: "x", count: length) + "\",7]"
            #expect(try JSONDocument(Array(text.utf8)).root[1]?.int64 == 7)
            #expect(throws: JSONError.self) { try JSONDocument(Array(text.utf8.dropLast())) }
        }
    }

    @Test func aMessageOfManySizesIsReadByManyTasksAtOnce() async throws {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 1...8 {
                group.addTask {
                    var sum = 0
                    for size in stride(from: task, to: 1000, by: 61) {
                        let body = "[" + (0..<size).map(String.init).joined(separator: ",") + "]"
                        sum +=
                            try JSONDocument(Array(body.utf8)).root.elements.reduce(0) { $0 + Int($1.int64 ?? 0) }
                            == size * (size - 1) / 2 ? 0 : 1
                    }
                    return sum
                }
            }
            for try await wrong in group { #expect(wrong == 0) }
        }
    }
}
