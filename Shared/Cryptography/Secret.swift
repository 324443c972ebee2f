import CCrypto

/// A text or bytes that nobody may see: prints as `***` however it is printed, is not Codable, and its memory is
/// overwritten when the last copy goes. What `reveal` gives out is beyond that care, so call it late and keep nothing.
public struct Secret: Sendable {
    private let storage: WipedBytes

    /// A secret text.
    public init(_ text: String) {
        var text = text
        storage = text.withUTF8 { WipedBytes(UnsafeRawBufferPointer($0)) }
    }

    /// Secret bytes.
    public init(bytes: some Sequence<UInt8>) {
        var copy = Array(bytes)
        storage = copy.withUnsafeBytes { WipedBytes($0) }
        copy.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
    }

    /// How many bytes it has.
    public var count: Int { storage.buffer.count }

    /// True where there is nothing.
    public var isEmpty: Bool { storage.buffer.isEmpty }

    /// Calls `body` with the bytes, which must not leave it.
    public func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(storage.buffer))
    }

    /// The text, for the one place that needs it.
    public func reveal() -> String {
        String(decoding: storage.buffer, as: UTF8.self)
    }
}

extension Secret: Equatable {
    /// Compares in a time that depends on the lengths only.
    public static func == (left: Secret, right: Secret) -> Bool {
        left.withBytes { left in right.withBytes { right in constantTimeEqual(left, right) } }
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `***`
    public var description: String { "***" }
    /// `***`
    public var debugDescription: String { "***" }
    /// Nothing: `dump` and debuggers see no more than `print`.
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}

/// Memory that is overwritten before it is given back.
private final class WipedBytes: @unchecked Sendable {
    let buffer: UnsafeMutableRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        buffer = .allocate(byteCount: bytes.count, alignment: 1)
        buffer.copyMemory(from: bytes)
    }

    deinit {
        OPENSSL_cleanse(buffer.baseAddress, buffer.count)
        buffer.deallocate()
    }
}
