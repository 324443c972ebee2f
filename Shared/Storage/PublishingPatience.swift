/// How long a session may wait for the broker inside a transaction.
enum PublishingPatience {
    /// Longer than a message may wait for its acknowledgement (`KafkaConfiguration.deliveryTimeout`): a publisher whose
    /// session ended earlier could still send what another has overtaken meanwhile.
    static let statement = "select set_config('idle_in_transaction_session_timeout', '180s', true)"
}
