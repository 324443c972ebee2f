import Catalog
import Models
import Storage

extension CatalogFolder {
    /// How often each object of each provider is synced, and how many runs at once a provider takes whose quota
    /// belongs to the operator's app. Objects that cannot be resolved have no pace of the catalog's.
    var paces: (schedules: [ProviderSchedule], caps: [String: Int]) {
        var schedules: [ProviderSchedule] = []
        var caps: [String: Int] = [:]
        for (name, provider) in providers {
            for object in provider.objectNames {
                guard let definition = try? provider.resolve(object: object).object else { continue }
                schedules.append(
                    ProviderSchedule(
                        provider: name, object: object, every: definition.every ?? .seconds(3600),
                        reconcile: definition.reconcile, sweep: definition.sweep?.every))
                if definition.limits.owner == .app, let concurrency = definition.limits.concurrency {
                    caps[name] = min(caps[name] ?? concurrency, concurrency)
                }
            }
        }
        return (schedules, caps)
    }
}
