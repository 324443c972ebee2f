/// Builds trees from events and collects what is wrong with them. No I/O and no C: events in, documents and problems
/// out.
struct YAMLComposer {
    /// A list or mapping that is not closed yet.
    private struct Open {
        let isMapping: Bool
        let start: YAMLMark
        let anchor: String?
        var elements: [YAMLNode] = []
        var members: [YAMLMember] = []
        var keys: [String: YAMLMark] = [:]
        var key: (text: String, mark: YAMLMark)?
        var size = 1
    }

    private(set) var documents: [YAMLNode] = []
    var problems: [YAMLError.Problem] = []
    private let limits: YAMLLimits
    private var open: [Open] = []
    /// Finished anchors with the number of values they hold, aliases inside counted as all they stand for.
    private var anchors: [String: (node: YAMLNode, size: Int)] = [:]
    private var total = 0

    init(limits: YAMLLimits) {
        self.limits = limits
    }

    /// Takes one event; returns false where the rest is not worth reading.
    mutating func take(_ event: YAMLEvent) -> Bool {
        switch event.kind {
        case .documentStart: anchors = [:]
        case .documentEnd: break
        case .alias(let name): return takeAlias(name, event)
        case .scalar(let text, let style):
            guard !isKeyExpected else { return takeKey(text, style, event) }
            let scalar = YAMLScalar(text, style: style, isText: isText(event))
            return place(YAMLNode(.scalar(scalar), mark: event.start, end: event.end), size: 1, anchor: event.anchor)
        case .sequenceStart: return begin(event, isMapping: false)
        case .mappingStart: return begin(event, isMapping: true)
        case .sequenceEnd, .mappingEnd: return close(event)
        }
        return true
    }

    private var isKeyExpected: Bool { open.last.map { $0.isMapping && $0.key == nil } ?? false }

    private mutating func begin(_ event: YAMLEvent, isMapping: Bool) -> Bool {
        guard !isKeyExpected else {
            return stop(
                event.start, "a list or a mapping cannot be a key", advice: "quote a text that begins with {{ or [")
        }
        guard open.count < limits.depth else {
            return stop(event.start, "lists and mappings are nested deeper than \(limits.depth)")
        }
        checkTag(event, allowed: isMapping ? "map" : "seq")
        open.append(Open(isMapping: isMapping, start: event.start, anchor: event.anchor))
        return true
    }

    private mutating func close(_ event: YAMLEvent) -> Bool {
        guard let done = open.popLast() else { return false }
        let content: YAMLNode.Content = done.isMapping ? .mapping(done.members) : .sequence(done.elements)
        return place(YAMLNode(content, mark: done.start, end: event.end), size: done.size, anchor: done.anchor)
    }

    private mutating func takeKey(_ text: String, _ style: YAMLScalar.Style, _ event: YAMLEvent) -> Bool {
        if style == .plain && text == "<<" {
            return stop(event.start, "merge keys (<<) are not part of YAML 1.2", advice: "repeat the members here")
        }
        if style == .plain && text.isEmpty {
            return stop(event.start, "a key is missing before the colon")
        }
        if event.anchor != nil {
            return stop(event.start, "a key cannot carry an anchor (&)", advice: "anchor its value")
        }
        open[open.count - 1].key = (text, event.start)
        return true
    }

    private mutating func takeAlias(_ name: String, _ event: YAMLEvent) -> Bool {
        guard !isKeyExpected else {
            return stop(event.start, "an alias (*\(name)) cannot be a key", advice: "quote a text that begins with *")
        }
        guard let target = anchors[name] else {
            let isOpen = open.contains { $0.anchor == name }
            return stop(
                event.start,
                isOpen
                    ? "the alias *\(name) stands inside what it stands for"
                    : "the alias *\(name) has no anchor &\(name) before it",
                advice: "quote a text that begins with *")
        }
        return place(
            YAMLNode(target.node.content, mark: event.start, end: event.end), size: target.size, adding: target.size,
            anchor: nil)
    }

    private mutating func place(_ node: YAMLNode, size: Int, adding added: Int = 1, anchor: String?) -> Bool {
        // A container's values were counted when they were placed; only an alias brings several at once.
        total += added
        guard total <= limits.nodes else {
            return stop(node.mark, "the text stands for more than \(limits.nodes) values", advice: "use fewer aliases")
        }
        if let anchor { anchors[anchor] = (node, size) }
        guard !open.isEmpty else {
            if !node.isNull { documents.append(node) }
            return true
        }
        let last = open.count - 1
        open[last].size += size
        guard open[last].isMapping else {
            open[last].elements.append(node)
            return true
        }
        guard let key = open[last].key else { return false }
        open[last].key = nil
        if let first = open[last].keys[key.text] {
            problems.append(
                YAMLError.Problem(
                    key.mark, "the key '\(key.text)' is there twice; it stands at \(first) already",
                    advice: "remove one of the two"))
            return true
        }
        open[last].keys[key.text] = key.mark
        open[last].members.append(YAMLMember(key: key.text, keyMark: key.mark, value: node))
        return true
    }

    /// True where the tag makes a scalar a text.
    private mutating func isText(_ event: YAMLEvent) -> Bool {
        checkTag(event, allowed: "str")
        return event.tag != nil
    }

    private mutating func checkTag(_ event: YAMLEvent, allowed: String) {
        guard let tag = event.tag, tag != "!", tag != "tag:yaml.org,2002:" + allowed else { return }
        problems.append(
            YAMLError.Problem(event.start, "the tag \(tag) is not known", advice: "quote a text that begins with !"))
    }

    private mutating func stop(_ mark: YAMLMark, _ message: String, advice: String? = nil) -> Bool {
        problems.append(YAMLError.Problem(mark, message, advice: advice))
        return false
    }
}
