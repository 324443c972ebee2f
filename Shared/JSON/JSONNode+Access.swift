import CSimdjson

extension JSONNode {
    /// The value of the member `key`, the last one where there are several; nil where there is none or this is no
    /// object.
    public subscript(key: String) -> JSONNode? {
        var key = key
        return key.withUTF8 { member($0) }
    }

    /// The element at `position`, from the end where it is negative (-1 is the last); nil where there is none or this
    /// is no array. Walks the array: iterate `elements` instead of counting.
    public subscript(position: Int) -> JSONNode? {
        guard has(Int(TJ_ARRAY)) else { return nil }
        let elements = elements
        let wanted = position >= 0 ? position : elements.count + position
        guard wanted >= 0 else { return nil }
        return elements.dropFirst(wanted).first { _ in true }
    }

    /// The elements of an array, in order; empty for everything else.
    public var elements: JSONElements { JSONElements(container: has(Int(TJ_ARRAY)) ? self : nil) }

    /// The members of an object, in order, with every one of several that share a key; empty for everything else.
    public var members: JSONMembers { JSONMembers(container: has(Int(TJ_OBJECT)) ? self : nil) }

    func member(_ key: UnsafeBufferPointer<UInt8>) -> JSONNode? {
        guard has(Int(TJ_OBJECT)) else { return nil }
        let found = storage.withBase { tj_member(storage.nodes, index, $0, key.baseAddress, key.count) } ?? 0
        return found == 0 ? nil : JSONNode(storage: storage, index: found)
    }
}

/// The elements of an array, in order.
public struct JSONElements: Sequence, Sendable {
    let container: JSONNode?

    /// Steps through the elements.
    public struct Iterator: IteratorProtocol {
        let storage: JSONStorage?
        var at: UInt32
        let end: UInt32

        /// The next element.
        public mutating func next() -> JSONNode? {
            guard let storage, at < end else { return nil }
            defer { at = storage.nodes[Int(at)].next }
            return JSONNode(storage: storage, index: at)
        }
    }

    /// Begins at the first element.
    public func makeIterator() -> Iterator {
        guard let container else { return Iterator(storage: nil, at: 0, end: 0) }
        return Iterator(storage: container.storage, at: container.index + 1, end: container.raw.next)
    }

    /// How many there are; walks the array.
    public var count: Int { reduce(0) { count, _ in count + 1 } }

    /// True when there is none.
    public var isEmpty: Bool { container.map { $0.raw.next == $0.index + 1 } ?? true }
}

/// The members of an object, in order, with every one of several that share a key.
public struct JSONMembers: Sequence, Sendable {
    let container: JSONNode?

    /// A member.
    public struct Member: Sendable {
        let storage: JSONStorage
        let index: UInt32

        /// The unescaped key.
        public var key: String { storage.text(index) }
        /// The value.
        public var value: JSONNode { JSONNode(storage: storage, index: index + 1) }
    }

    /// Steps through the members.
    public struct Iterator: IteratorProtocol {
        let storage: JSONStorage?
        var at: UInt32
        let end: UInt32

        /// The next member.
        public mutating func next() -> Member? {
            guard let storage, at < end else { return nil }
            defer { at = storage.nodes[Int(at) + 1].next }
            return Member(storage: storage, index: at)
        }
    }

    /// Begins at the first member.
    public func makeIterator() -> Iterator {
        guard let container else { return Iterator(storage: nil, at: 0, end: 0) }
        return Iterator(storage: container.storage, at: container.index + 1, end: container.raw.next)
    }

    /// How many there are; walks the object.
    public var count: Int { reduce(0) { count, _ in count + 1 } }

    /// True when there is none.
    public var isEmpty: Bool { container.map { $0.raw.next == $0.index + 1 } ?? true }
}
