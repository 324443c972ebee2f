import HTTPClient
import Retriever
import Service
import Testing

@Suite struct OutboundSettingsTests {
    private func settings(_ environment: [String: String]) throws -> CurlSettings {
        OutboundSettings.transport(
            try Configuration.load(OutboundSettings.all, arguments: [], environment: environment) { _ in nil },
            addresses: .publicOnly)
    }

    @Test("providers are asked directly where no proxy is named")
    func nothingIsGiven() throws {
        let settings = try settings([:])
        #expect(settings.proxy == nil)
        #expect(settings.caBundle == nil)
    }

    @Test("a proxy, its credentials, the hosts beside it and the authorities come from the environment")
    func everythingIsGiven() throws {
        let settings = try settings([
            "TRIBUTARY_PROXY": "http://proxy.example:3128", "TRIBUTARY_PROXY_USER": "tributary",
            "TRIBUTARY_PROXY_PASSWORD": "open sesame", "TRIBUTARY_PROXY_BYPASS": "crm.example, .local.example",
            "TRIBUTARY_CA_FILE": "/etc/ssl/own.pem",
        ])
        let proxy = try #require(settings.proxy)
        #expect(proxy.url == "http://proxy.example:3128")
        #expect(proxy.user == "tributary")
        #expect(proxy.password == "open sesame")
        #expect(proxy.bypass == ["crm.example", ".local.example"])
        #expect(settings.caBundle == "/etc/ssl/own.pem")
    }
}
