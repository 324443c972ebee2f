/// Which partition a key belongs to: murmur2, as Kafka's Java client, librdkafka's `murmur2_random` and everything
/// built on them have it, so that all writers of a topic agree. <https://github.com/aappleby/smhasher> (MurmurHash2).
public enum KeyPartitioner {
    /// The partition of `key` in a topic of `count` partitions; 0 where there are none.
    public static func partition(of key: ArraySlice<UInt8>, count: Int32) -> Int32 {
        guard count > 0 else { return 0 }
        return Int32(hash(key) & 0x7fff_ffff) % count
    }

    /// MurmurHash2 with the seed of the Java client.
    package static func hash(_ key: ArraySlice<UInt8>) -> UInt32 {
        let multiplier: UInt32 = 0x5bd1_e995
        var hash: UInt32 = 0x9747_b28c ^ UInt32(truncatingIfNeeded: key.count)
        var rest = key
        while rest.count >= 4 {
            var word = rest.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            word &*= multiplier
            word ^= word >> 24
            word &*= multiplier
            hash = (hash &* multiplier) ^ word
            rest = rest.dropFirst(4)
        }
        if !rest.isEmpty {
            hash ^= rest.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            hash &*= multiplier
        }
        hash ^= hash >> 13
        hash &*= multiplier
        return hash ^ (hash >> 15)
    }
}
