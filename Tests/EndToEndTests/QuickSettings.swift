/// Settings with which what takes a minute in earnest takes seconds.
enum QuickSettings {
    static let all = [
        "TRIBUTARY_LEASE": "3s", "TRIBUTARY_RING_PATIENCE": "4s", "TRIBUTARY_LATE_AFTER": "3s",
        "TRIBUTARY_BARRIER_PATIENCE": "5s", "TRIBUTARY_CAPACITY": "20", "TRIBUTARY_RECEIPT_PATIENCE": "3s",
    ]
}
