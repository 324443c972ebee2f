import Service

/// The files of a new provider.
package struct ProviderTemplate: Sendable {
    private let name: String

    /// The files for the provider `name`.
    /// - Throws: `CommandFailure` if that cannot be the name of one.
    package init(name: String) throws {
        let isAllowed = name.utf8.allSatisfy {
            ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 45
        }
        guard isAllowed, !name.isEmpty, name.utf8.count <= 60 else {
            throw CommandFailure(
                "'\(name)' cannot be the name of a provider: use lower-case letters, digits and hyphens, at most 60",
                exitCode: .usage)
        }
        self.name = name
    }

    /// Each file with its text, by its place in the folder.
    package var files: [(path: String, text: String)] {
        [
            ("provider.yaml", definition), ("NOTES.md", notes), ("exchanges/first-sync.yaml", firstSync),
        ]
    }

    private var title: String {
        name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " ")
    }

    private var definition: String {
        """
        # What Tributary has to know of \(title). Every key is explained in Shared/Catalog/LANGUAGE.md.
        provider: \(name)
        title: \(title)
        docs: https://\(name).example.com/docs

        # What an integration has to say, for addresses and the like. Leave it out where there is nothing to say.
        settings:
          base_url:
            title: Address of the API
            default: https://api.\(name).example.com
            pattern: https?://[^/?#@\\s]+

        # The ways of authorisation, the preferred one first. A secret is called secret.<name>.
        auth:
          token:
            title: API token
            bearer: "{{ secret.token }}"

        base_url: "{{ settings.base_url }}/v1"

        # What the provider allows, and the headers in which it says what is left.
        limits: { rate: 5/second, concurrency: 2 }

        # What all objects have in common stands here; an object may say otherwise.
        # Pages: by page number, offset, cursor, Link header, next_url or last_id.
        pages: { cursor: next_cursor, into: { query: cursor }, size: 100, size_into: { query: limit } }
        records: data
        id: id
        every: 15m

        objects:
          things:
            title: Things
            # accounts, contacts, deals, tickets or tasks; a name of your own for anything else.
            type: tickets
            # `since` is null in the first sync, and what is null is not asked.
            request: { path: /things, query: { updated_since: "{{ since | iso8601 }}" } }
            modified_at: updated_at
            # How long after a change the provider may still miss it, and the unit of its times.
            settle: 60s
            precision: second
            # deleted: { when: "{{ record.archived }}" }
            # Canonical field: where it stands in the record, or an expression.
            map:
              title: subject
              status: { from: state, values: { open: open, closed: closed }, otherwise: open }
              opened_at: created_at
              updated_at: updated_at

        """
    }

    private var notes: String {
        """
        # \(title)

        Only what is odd: what it does, and why that matters. Delete this file if there is nothing.

        """
    }

    private var firstSync: String {
        """
        # What the first sync asks, what is answered, and what comes of it. `tributary record` writes such files;
        # Shared/Catalog/EXCHANGES.md explains them. Have one for each of: first sync, incremental sync, empty page,
        # refused credential, throttle, malformed record, deletion.
        object: things
        run: { kind: initial, until: "2026-01-31T12:00:00Z" }
        secrets: { token: invented }
        exchanges:
          - request:
              method: GET
              path: https://api.\(name).example.com/v1/things
              query: { limit: "100" }
              headers: { Authorization: Bearer invented }
            response:
              status: 200
              body:
                data:
                  - { id: t-1, subject: Pump, state: open, created_at: "2026-01-30T09:00:00Z", updated_at: "2026-01-31T10:00:00Z" }
                next_cursor: null
        yields:
          - id: t-1
            modified_at: "2026-01-31T10:00:00Z"
            records:
              - { type: tickets, title: Pump, status: open, opened_at: "2026-01-30T09:00:00Z", updated_at: "2026-01-31T10:00:00Z" }

        """
    }
}
