/// SplitMix64: the same seed gives the same inputs on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// True once in `times`.
    mutating func chance(_ times: Int) -> Bool { Int.random(in: 0..<times, using: &self) == 0 }

    /// One of `items`.
    mutating func pick<Item>(_ items: [Item]) -> Item? { items.randomElement(using: &self) }
}

extension SeededRandom {
    /// `bytes` with up to six damages, among them pieces of `others` and of `words`; one in ten stays whole.
    mutating func damaged(_ bytes: [UInt8], others: [[UInt8]], words: [[UInt8]]) -> [UInt8] {
        var bytes = bytes
        guard !chance(10) else { return bytes }
        for _ in 0..<Int.random(in: 1...6, using: &self) {
            let place = Int.random(in: 0...bytes.count, using: &self)
            let end = min(bytes.count, place + Int.random(in: 1...24, using: &self))
            switch Int.random(in: 0..<10, using: &self) {
            case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &self)
            case 1: bytes.removeSubrange(place..<end)
            case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 3:
                let other = pick(others) ?? []
                let from = Int.random(in: 0...other.count, using: &self)
                let to = min(other.count, from + Int.random(in: 1...200, using: &self))
                bytes.insert(contentsOf: other[from..<to], at: place)
            case 4 where chance(20): bytes.removeSubrange(place...)
            case 5 where chance(50):
                // The same piece again and again.
                let piece = Array(bytes[place..<end])
                for _ in 0..<Int.random(in: 2...300, using: &self) { bytes.insert(contentsOf: piece, at: place) }
            case 6: bytes.replaceSubrange(place..<end, with: pick(words) ?? [])
            default: bytes.insert(contentsOf: pick(words) ?? [], at: place)
            }
        }
        return bytes
    }
}
