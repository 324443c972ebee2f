/// Every key, filter and name of the language, for its document and for the test that compares the two.
package enum LanguageReference {
    /// The components with their keys, by the headings of LANGUAGE.md.
    package static let components: [(heading: String, keys: [String])] =
        [
            ("Provider", names(ProviderDefinition.Key.self)),
            ("Settings", names(Setting.Key.self)),
            ("Authorisation", names(AuthorizationMethod.Key.self)),
            ("Authorisation: basic", names(BasicAuthorization.Key.self)),
            ("Authorisation: bearer", names(BearerAuthorization.Key.self)),
            ("Authorisation: api_key", names(APIKeyAuthorization.Key.self)),
            ("Authorisation: oauth2", names(OAuthAuthorization.Key.self)),
            ("Authorisation: oauth2, assertion", names(OAuthAssertion.Key.self)),
            ("Authorisation: oauth2, expires", names(OAuthExpiry.Key.self)),
            ("Authorisation: session", names(SessionAuthorization.Key.self)),
            ("Authorisation: signed", names(SignedAuthorization.Key.self)),
            ("Verification", names(VerifyDefinition.Key.self)),
            ("Limits", names(Limits.Key.self)),
            ("Limits: classes", names(LimitClass.Key.self)),
            ("Sweep", names(SweepDefinition.Key.self)),
            ("Errors", names(ErrorRule.Key.self)),
            ("Object", names(ObjectDefinition.Key.self).filter { !inherited.contains($0) }),
            ("Listing", names(Listing.Key.self)),
            ("Request", names(RequestTemplate.Key.self)),
            ("Records", names(RecordSource.Key.self)),
            ("Format", names(ResponseFormat.Key.self)),
            ("Windows", names(WindowSteps.Key.self)),
            ("Parents", names(ParentDefinition.Key.self).filter { $0 != "definition" }),
            ("Enrichment", names(EnrichmentDefinition.Key.self)),
            ("Report", names(ReportDefinition.Key.self)),
            ("Report: create and download", names(ReportDefinition.StepKey.self)),
            ("Report: poll", names(ReportDefinition.PollKey.self)),
            ("Modified time", names(Listing.ModifiedKey.self)),
            ("Deletions", names(DeletionsDefinition.Key.self)),
            ("Changes", names(ChangesDefinition.Key.self)),
            ("Since age", names(DistantDefinition.Key.self)),
            ("The cursor", names(CursorSource.Key.self)),
            ("Mapping: a field", names(FieldSourceDefinition.Key.self)),
            ("Mapping: a reference", names(FieldSourceDefinition.ReferenceKey.self)),
            ("Mapping: also", names(MappingDefinition.AlsoKey.self)),
            ("Pages: cap", names(ResultCap.Key.self)),
            ("Pages: the cursor", names(CursorPages.CursorKey.self)),
            ("Pages: into and size_into", names(RequestTargetKey.self)),
        ] + Pagination.strategies.map { ("Pages: \($0.keyword)", $0.keys) }

    /// The filters of expressions with what they do.
    package static let filters = Filter.allCases.map { (name: $0.rawValue, meaning: $0.meaning) }

    /// The names of expressions.
    package static let names = Name.allCases.map(\.rawValue)

    /// The formats of times.
    package static let formats = TimestampFormat.named.map(\.name)

    /// What stands behind `%` in patterns of times.
    package static let patternParts = TimePattern.Part.allCases.map { (name: "%\($0.rawValue)", meaning: $0.meaning) }

    private static let inherited: Set<String> = ["provider", "docs", "settings", "auth", "verify"]

    private static func names<Key: LanguageKey>(_ type: Key.Type) -> [String] { type.allCases.map(\.rawValue) }
}
