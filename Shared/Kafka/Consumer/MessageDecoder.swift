import CRdKafka
import Models

/// Turns librdkafka's messages into ours. The bytes of all messages of a batch are copied into one array that their
/// keys and values are slices of: one allocation per batch instead of two per message.
enum MessageDecoder {
    /// A pointer to one of librdkafka's messages.
    typealias Raw = UnsafeMutablePointer<rd_kafka_message_t>

    /// `raw` as values of our own. The messages of librdkafka can be destroyed afterwards.
    static func decode(_ raw: [Raw]) -> [ReceivedMessage] {
        let size = raw.reduce(0) { $0 + $1.pointee.key_len * ($1.pointee.key == nil ? 0 : 1) + $1.pointee.len }
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, used in
            for message in raw {
                copy(message.pointee.key, message.pointee.key_len, to: buffer, &used)
                copy(message.pointee.payload, message.pointee.len, to: buffer, &used)
            }
        }
        var position = 0
        var topic: (handle: OpaquePointer?, name: String) = (nil, "")
        return raw.map { message in
            if topic.handle != message.pointee.rkt {
                topic = (message.pointee.rkt, String(cString: rd_kafka_topic_name(message.pointee.rkt)))
            }
            let key = slice(of: bytes, message.pointee.key, message.pointee.key_len, &position)
            let value = slice(of: bytes, message.pointee.payload, message.pointee.len, &position)
            var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
            let milliseconds = max(rd_kafka_message_timestamp(message, &kind), 0)
            return ReceivedMessage(
                topic: topic.name, partition: message.pointee.partition, offset: message.pointee.offset,
                timestamp: Timestamp(microseconds: milliseconds.multipliedReportingOverflow(by: 1000).partialValue),
                key: key, value: value, headers: headers(of: message))
        }
    }

    private static func copy(
        _ source: UnsafeMutableRawPointer?, _ length: Int, to buffer: UnsafeMutableBufferPointer<UInt8>,
        _ used: inout Int
    ) {
        guard let source, length > 0, let target = buffer.baseAddress else { return }
        UnsafeMutableRawPointer(target + used).copyMemory(from: source, byteCount: length)
        used += length
    }

    private static func slice(
        of bytes: [UInt8], _ source: UnsafeMutableRawPointer?, _ length: Int, _ position: inout Int
    ) -> ArraySlice<UInt8>? {
        guard source != nil else { return nil }
        defer { position += length }
        return bytes[position..<position + length]
    }

    private static func headers(of message: Raw) -> [MessageHeader] {
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list).isSuccess, let list else { return [] }
        let count = rd_kafka_header_cnt(list)
        var headers: [MessageHeader] = []
        headers.reserveCapacity(count)
        for index in 0..<count {
            var name: UnsafePointer<CChar>?
            var value: UnsafeRawPointer?
            var size = 0
            guard rd_kafka_header_get_all(list, index, &name, &value, &size).isSuccess, let name else { break }
            let content = UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : size)
            headers.append(MessageHeader(String(cString: name), String(decoding: content, as: UTF8.self)))
        }
        return headers
    }
}
