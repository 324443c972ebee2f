/// Which version of Tributary this is.
public enum BuildVersion {
    /// The version, as CHANGELOG.md has it.
    public static let current = "0.1.0"
}
