/// The provider definitions that are measured with.
enum BenchCatalog {
    /// Their folder.
    static let path = String(#filePath.dropLast(".swift".count))

    /// What `tributary apply` reads: customers `c1` and so on with one integration each, at addresses below `url`.
    static func customers(_ count: Int, of provider: String, at url: String) -> String {
        (1...count).reduce("customers:\n") { file, customer in
            file + """
                  - key: c\(customer)
                    integrations:
                      - key: only
                        provider: \(provider)
                        settings: { base_url: "\(url)/c\(customer)" }
                        secrets: { token: { env: BENCH_TOKEN } }

                """
        }
    }
}
