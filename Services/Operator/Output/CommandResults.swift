import Models
import Storage

// What commands did, for scripts (`--json`) and for people.

/// What `apply` did.
package struct ApplyResult: Encodable, Equatable {
    /// The file.
    package var file: String
    /// Things that were not there.
    package var created: Int
    /// Things that were there and are different now.
    package var changed: Int
    /// Things that were as they ought to be.
    package var unchanged: Int
    /// Credentials that were sealed and stored.
    package var credentials: Int

    /// What applying `file` came to.
    package init(file: String, _ report: ApplyReport, credentials: Int) {
        self.file = file
        created = report.created
        changed = report.changed
        unchanged = report.unchanged
        self.credentials = credentials
    }

    /// For a person.
    package var text: String {
        "\(file): \(created) created, \(changed) changed, \(unchanged) unchanged, \(credentials) credentials stored"
    }
}

/// What `migrate` did.
package struct MigrateResult: Encodable, Equatable {
    /// The version of the schema now.
    package var version: Int
    /// The migrations that were applied, such as `0001_control`.
    package var applied: [String]

    /// The schema is at `version` after `applied`.
    package init(version: Int, applied: [String]) {
        self.version = version
        self.applied = applied
    }

    /// For a person.
    package var text: String {
        applied.isEmpty ? "the schema is at version \(version) already" : "the schema is at version \(version) now"
    }
}

/// What `replay` did.
package struct ReplayResult: Encodable, Equatable {
    /// The dead topic.
    package var topic: String
    /// Messages that were sent to where they came from.
    package var replayed: Int
    /// Messages that say nothing of where they came from, and stay where they are.
    package var skipped: Int

    /// So many messages of `topic`.
    package init(topic: String, replayed: Int, skipped: Int) {
        self.topic = topic
        self.replayed = replayed
        self.skipped = skipped
    }

    /// For a person.
    package var text: String {
        "\(replayed) messages were sent again to where they came from"
            + (skipped > 0 ? "; \(skipped) do not say where that is" : "")
    }
}

/// What `republish` did.
package struct RepublishResult: Encodable, Equatable {
    /// Keys that the processors will publish again.
    package var records: Int64

    /// So many keys.
    package init(records: Int64) { self.records = records }

    /// For a person.
    package var text: String { "\(records) records will be published again by the processors" }
}

/// What `connect` did.
package struct ConnectResult: Encodable, Equatable {
    /// customer/integration.
    package var integration: String
    /// The way of authorisation.
    package var method: String
    /// What the provider said when it was asked.
    package var verified: String
    /// Whether a token was stored; there are ways that need none.
    package var connected: Bool

    /// The integration and how it is authorised.
    package init(integration: String, method: String, verified: String, connected: Bool) {
        self.integration = integration
        self.method = method
        self.verified = verified
        self.connected = connected
    }

    /// For a person.
    package var text: String {
        verified + "\n"
            + (connected
                ? "\(integration) is connected; what was stopped goes on"
                : "\(integration) needs no connecting: its requests carry what was applied")
    }
}

/// What `rotate-keys` did.
package struct RotationResult: Encodable, Equatable {
    /// The key that everything is sealed with now.
    package var key: String
    /// Values that were sealed again.
    package var resealed: Int
    /// Values that no key of the ring opens.
    package var unreadable: Int

    /// So many values under `key`.
    package init(key: String, resealed: Int, unreadable: Int) {
        self.key = key
        self.resealed = resealed
        self.unreadable = unreadable
    }

    /// For a person.
    package var text: String {
        "\(resealed) sealed again with the key '\(key)'"
            + (unreadable > 0
                ? "" : "\nno value needs an older key any more, once every process has the new one first")
    }
}

/// What `enable` did.
package struct EnableResult: Encodable, Equatable {
    /// customer/integration.
    package var integration: String

    /// The integration goes on.
    package init(integration: String) { self.integration = integration }

    /// For a person.
    package var text: String { "\(integration) goes on from where it was" }
}
