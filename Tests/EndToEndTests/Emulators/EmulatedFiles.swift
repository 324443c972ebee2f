import Foundation

/// What the fakes start with, and what is applied to sync them.
enum EmulatedFiles {
    /// The users and apps, and what of the data a seed can hold. All apps redirect to `redirect`.
    static func seed(redirect: String, now: Date = Date()) -> String {
        let sent = now.addingTimeInterval(-10 * 86_400).ISO8601Format()
        let back = "redirect_uris: [\"\(redirect)\"]"
        return """
            tokens:
              test_token_user1: { login: octocat, scopes: [repo, user] }
              test_google: { login: ann@example.com, scopes: [] }
              test_okta: { login: ann@okta.local, scopes: [] }
            github:
              users: [{ login: octocat, name: The Octocat, email: octocat@github.com }]
              repos: [{ owner: octocat, name: hello-world, auto_init: true }]
              oauth_apps: [{ client_id: gh_client, client_secret: gh_secret, name: Tributary, \(back) }]
            google:
              users: [{ email: ann@example.com, name: Ann }]
              oauth_clients: [{ client_id: goo_client, client_secret: goo_secret, name: Tributary, \(back) }]
              messages:
                - { id: msg_1, user_email: ann@example.com, from: a@example.com, to: ann@example.com, subject: One,
                    body_text: One, label_ids: [INBOX], date: "\(sent)" }
              calendars:
                - { id: primary, user_email: ann@example.com, summary: Ann, primary: true, selected: true, time_zone: UTC }
              calendar_events:
                - { id: evt_1, user_email: ann@example.com, calendar_id: primary, summary: Kickoff,
                    start_date_time: "2026-01-10T09:00:00.000Z", end_date_time: "2026-01-10T09:30:00.000Z" }
            slack:
              team: { name: Acme, domain: acme }
              users: [{ name: developer, real_name: Developer, email: dev@example.com }]
              channels: [{ name: general, topic: General }]
              oauth_apps:
                - { client_id: "12345.67890", client_secret: sl_secret, app_id: A000000001, name: Tributary, \(back),
                    scopes: [users:read, channels:read, channels:history], bot_name: tributary }
            microsoft:
              users: [{ email: ann@outlook.com, name: Ann }]
              oauth_clients: [{ client_id: ms_client, client_secret: ms_secret, name: Tributary, \(back) }]
            okta:
              users:
                - { login: ann@okta.local, email: ann@okta.local, first_name: Ann, last_name: Ox }
                - { login: bob@okta.local, email: bob@okta.local, first_name: Bob, last_name: Ox }
              oauth_clients:
                - { client_id: ok_client, client_secret: ok_secret, name: Tributary, \(back), auth_server_id: org }
            stripe:
              customers: [{ email: one@example.com, name: One }, { email: two@example.com, name: Two }]
            linear:
              organization: { name: Acme, url_key: acme }
              users: [{ email: ann@example.com, name: Ann, admin: true }]
              teams: [{ key: ENG, name: Engineering, states: [{ name: Todo, type: unstarted }] }]
              issues: [{ team: ENG, title: First, state: Todo }, { team: ENG, title: Second, state: Todo }]
              oauth_apps:
                - { client_id: lin_client, client_secret: lin_secret, name: Tributary, \(back), scopes: [read],
                    actor: user }
              tokens: [{ token: lin_test, user: ann@example.com, scopes: [read, write] }]
            twilio:
              account: { sid: \(EmulatedWorld.account), auth_token: tw_token, friendly_name: Acme }
              api_keys: [{ sid: SK00000000000000000000000000000000, secret: tw_secret, friendly_name: Key }]
              phone_numbers: [{ phone_number: "+15551234567", friendly_name: Line }]

            """
    }

    /// One customer with all of them. What a fake changed is seen at once, so nothing has to be asked for again for
    /// minutes (`settle`), and a first sync is not repeated before it is asked for (`every`).
    static func apply(_ emulate: Emulate) -> String {
        """
        customers:
          - key: acme
            every: { all: 1h }
            integrations:
              - key: github
                provider: github
                settings:
                  base_url: \(emulate.url(.github))
                  web_url: \(emulate.url(.github))
                  repositories: [octocat/hello-world]
                override: { settle: 1s, pages: { size: 1 } }
                secrets: \(app("GITHUB"))
                objects: [issues]
              - key: google
                provider: google
                settings: { base_url: "\(emulate.url(.google))" }
                secrets: \(app("GOOGLE"))
                objects: [events, { object: messages, override: { settle: 1s } }]
              - key: slack
                provider: slack
                settings: { base_url: "\(emulate.url(.slack))", channels: [C000000001] }
                secrets: \(app("SLACK"))
                objects: [messages]
              - key: microsoft
                provider: microsoft-graph
                settings: { base_url: "\(emulate.url(.microsoft))", authority: "\(emulate.url(.microsoft))" }
                secrets: \(app("MICROSOFT"))
                objects: [me]
              - key: okta
                provider: okta
                settings: { base_url: "\(emulate.url(.okta))" }
                secrets: \(app("OKTA"))
                objects: [users]
              - key: stripe
                provider: stripe
                settings: { base_url: "\(emulate.url(.stripe))", emulator: true }
                override: { objects: { customers: { changes: null } } }
                secrets: { api_key: { env: STRIPE_KEY } }
                objects: [customers]
              - key: linear
                provider: linear
                override:
                  base_url: \(emulate.url(.linear))
                  settle: 1s
                  auth:
                    oauth2:
                      oauth2:
                        authorize: \(emulate.url(.linear))/oauth/authorize
                        token: \(emulate.url(.linear))/oauth/token
                  objects:
                    issues:
                      request:
                        body:
                          query: "query Issues($after: String) { list: issues(first: 50, after: $after) { nodes { id identifier number title description priority url createdAt updatedAt startedAt completedAt canceledAt archivedAt dueDate state { id name type } assignee { id name email } creator { id name email } team { id key name } project { id name } } pageInfo { hasNextPage endCursor } } }"
                          variables: { since: null }
                      stop_at_since: true
                secrets: \(app("LINEAR"))
                objects: [issues]
              - key: twilio
                provider: twilio
                settings: { base_url: "\(emulate.url(.twilio))", account_sid: \(EmulatedWorld.account) }
                secrets: { api_key: { env: TWILIO_KEY }, api_secret: { env: TWILIO_SECRET } }
                objects: [messages]

        """
    }

    private static func app(_ name: String) -> String {
        "{ client_id: { env: \(name)_ID }, client_secret: { env: \(name)_SECRET } }"
    }

    /// The variables that the file names.
    static let secrets = [
        "GITHUB_ID": "gh_client", "GITHUB_SECRET": "gh_secret", "GOOGLE_ID": "goo_client",
        "GOOGLE_SECRET": "goo_secret", "SLACK_ID": "12345.67890", "SLACK_SECRET": "sl_secret",
        "MICROSOFT_ID": "ms_client", "MICROSOFT_SECRET": "ms_secret", "OKTA_ID": "ok_client",
        "OKTA_SECRET": "ok_secret", "LINEAR_ID": "lin_client", "LINEAR_SECRET": "lin_secret",
        "STRIPE_KEY": "sk_test", "TWILIO_KEY": "SK00000000000000000000000000000000", "TWILIO_SECRET": "tw_secret",
    ]

    /// Who consents where: the integration, and a text on the button.
    static let people = [
        ("github", "octocat"), ("google", "ann@example.com"), ("slack", "admin"), ("microsoft", "ann@outlook.com"),
        ("okta", "ann@okta.local"), ("linear", "ann@example.com"),
    ]
}
