import HTTPServer
import Testing

@Suite struct RouterTests {
    private var router: Router {
        var router = Router()
        router.get("/objects/{id}") { .text("object \($0.parameters["id"] ?? "")") }
        router.get("/objects/recent") { _ in .text("recent") }
        router.post("/objects/{id}/runs/{run}") { .text("\($0.parameters.sorted { $0.key < $1.key }.map(\.value))") }
        router.delete("/objects/{id}") { _ in Response(status: 204) }
        return router
    }

    private func text(_ response: Response) -> String {
        guard case .bytes(let bytes) = response.body else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func parametersAreTakenFromThePath() async throws {
        let response = try await router.handle(Request(method: "POST", segments: ["objects", "a/b", "runs", "7"]))
        #expect(text(response) == #"["a/b", "7"]"#)
    }

    @Test func aLiteralPartWinsOverAParameter() async throws {
        #expect(text(try await router.handle(Request(segments: ["objects", "recent"]))) == "recent")
        #expect(text(try await router.handle(Request(segments: ["objects", "x"]))) == "object x")
    }

    @Test func theOtherMethodsOfAMoreGeneralPatternStayReachable() async throws {
        #expect(try await router.handle(Request(method: "DELETE", segments: ["objects", "recent"])).status == 204)
    }

    @Test(arguments: [["objects"], ["objects", ""], ["objects", "x", ""], ["other"], []])
    func anUnknownPathIs404(segments: [String]) async throws {
        let problem = await #expect(throws: Problem.self) { try await router.handle(Request(segments: segments)) }
        #expect(problem?.status == 404)
    }

    @Test func anUnknownMethodIs405WithTheAllowedOnes() async throws {
        let problem = await #expect(throws: Problem.self) {
            try await router.handle(Request(method: "PUT", segments: ["objects", "x"]))
        }
        #expect(problem?.status == 405)
        #expect(problem?.headers == [HeaderField("Allow", "DELETE, GET")])
    }
}
