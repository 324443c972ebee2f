import Foundation
import JSON

/// What a parser made of an input.
enum Reading {
    case refused
    case value(ReadValue)

    /// This project's reading. Whatever it accepts must also read back from its own writing as the same, have every
    /// record's bytes in place, and every double the one that the C library makes of the text.
    static func ours(_ input: [UInt8]) throws(Disagreement) -> (reading: Reading, document: JSONDocument?) {
        guard let document = try? JSONDocument(input) else { return (.refused, nil) }
        let tree = JSONValue(document.root)
        guard let again = try? JSONValue(parsing: tree.encoded), again == tree else {
            throw Disagreement(what: "a value that was written does not read back as the same")
        }
        return (.value(try ReadValue(document.root)), document)
    }

    /// Foundation's reading.
    static func foundation(_ input: [UInt8]) -> Reading {
        guard let object = try? JSONSerialization.jsonObject(with: Data(input), options: [.fragmentsAllowed]) else {
            return .refused
        }
        return .value(ReadValue(foundation: object))
    }
}

/// Two things that should be the same and are not.
struct Disagreement: Error {
    let what: String
}

/// A value that both parsers' results can be brought to without losing a difference that anybody could see.
enum ReadValue {
    case null
    case bool(Bool)
    /// A number whose exact integer is known where the parser gave one.
    case number(exactly: String?, nearest: Double)
    case string([Unicode.Scalar])
    case array([ReadValue])
    case object([String: ReadValue])

    init(_ node: JSONNode) throws(Disagreement) {
        switch node.kind {
        case .null: self = .null
        case .bool: self = .bool(node.bool ?? false)
        case .number:
            let text = node.numberText ?? ""
            let nearest = node.double ?? (text.hasPrefix("-") ? -.infinity : .infinity)
            guard let expected = Double(text), expected == nearest, expected.sign == nearest.sign else {
                throw Disagreement(what: "a number is not the nearest double")
            }
            self = .number(exactly: node.int64.map { "\($0)" } ?? node.uint64.map { "\($0)" }, nearest: nearest)
        case .string: self = .string(Array((node.string ?? "").unicodeScalars))
        case .array:
            var values: [ReadValue] = []
            for element in node.elements { values.append(try ReadValue(element)) }
            guard values.count == node.elements.count, (node[-1] == nil) == values.isEmpty else {
                throw Disagreement(what: "an array's elements are not counted right")
            }
            self = .array(values)
        case .object:
            var values: [String: ReadValue] = [:]
            for member in node.members {
                values[member.key] = try ReadValue(member.value)
                guard let found = node[member.key], found.offset >= member.value.offset else {
                    throw Disagreement(what: "a member is not found by its key, or an earlier one is")
                }
            }
            self = .object(values)
        }
        guard let alone = try? JSONDocument(node.bytes), alone.bytes == node.bytes else {
            throw Disagreement(what: "the bytes of a value are no document of their own")
        }
    }

    init(foundation object: Any) {
        switch object {
        case is NSNull: self = .null
        case let text as String: self = .string(Array(text.unicodeScalars))
        case let elements as [Any]: self = .array(elements.map { ReadValue(foundation: $0) })
        case let members as [String: Any]: self = .object(members.mapValues { ReadValue(foundation: $0) })
        case let number as NSNumber:
            // Truth values and numbers are one class; the C type tells them apart. It does not tell integers from
            // doubles, for some integers (the smallest of 64 bits) come as decimals; their text is exact.
            self =
                String(cString: number.objCType) == "c"
                ? .bool(number.boolValue) : .number(exactly: number.stringValue, nearest: number.doubleValue)
        default: self = .null
        }
    }
}
