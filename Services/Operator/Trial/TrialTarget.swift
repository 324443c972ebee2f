import Catalog
import JSON
import Models

/// What is tried: an object of a provider with all that an integration brings.
package struct TrialTarget: Sendable {
    /// What it is called in the output.
    package var name: String
    /// The provider.
    package var provider: ProviderDefinition
    /// The object of its definition.
    package var object: String
    /// Changes to the definition, those of the trial included.
    package var overrides: [Override]
    /// Settings, secrets and the window.
    package var context: RetrievalContext

    /// A target.
    package init(
        name: String, provider: ProviderDefinition, object: String, overrides: [Override] = [],
        context: RetrievalContext
    ) {
        self.name = name
        self.provider = provider
        self.object = object
        self.overrides = overrides
        self.context = context
    }

    /// The definition with everything applied.
    package func definition() throws(Diagnostics) -> ResolvedDefinition {
        try provider.resolve(object: object, overrides: overrides, settings: context.settings)
    }
}
