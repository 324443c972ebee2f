import CYAML

/// One event of libyaml, in Swift values.
struct YAMLEvent {
    enum Kind {
        case documentStart(isImplicit: Bool)
        case documentEnd
        case alias(String)
        case scalar(String, style: YAMLScalar.Style)
        case sequenceStart, sequenceEnd, mappingStart, mappingEnd
    }

    let kind: Kind
    let anchor: String?
    let tag: String?
    let start: YAMLMark
    let end: YAMLMark
}

/// libyaml's event stream.
enum YAMLEvents {
    /// Calls `body` for each event, until it returns false; returns why the text cannot be read to its end.
    static func forEach(_ bytes: [UInt8], _ body: (YAMLEvent) -> Bool) -> YAMLError.Problem? {
        var parser = yaml_parser_t()
        guard yaml_parser_initialize(&parser) == 1 else {
            return YAMLError.Problem(YAMLMark(line: 1, column: 1), "no memory to read the text")
        }
        defer { yaml_parser_delete(&parser) }
        return bytes.withUnsafeBufferPointer { input in
            // libyaml wants an address even for no bytes.
            let nothing: StaticString = ""
            yaml_parser_set_input_string(&parser, input.baseAddress ?? nothing.utf8Start, input.count)
            while true {
                var event = yaml_event_t()
                guard yaml_parser_parse(&parser, &event) == 1 else { return YAMLProblems.explain(parser) }
                defer { yaml_event_delete(&event) }
                if event.type == YAML_STREAM_END_EVENT { return nil }
                if let event = YAMLEvent(event), !body(event) { return nil }
            }
        }
    }
}

extension YAMLMark {
    init(_ mark: yaml_mark_t) {
        self.init(line: Int(clamping: mark.line) &+ 1, column: Int(clamping: mark.column) &+ 1)
    }
}

extension YAMLEvent {
    init?(_ event: yaml_event_t) {
        start = YAMLMark(event.start_mark)
        end = YAMLMark(event.end_mark)
        switch event.type {
        case YAML_DOCUMENT_START_EVENT:
            kind = .documentStart(isImplicit: event.data.document_start.implicit == 1)
            (anchor, tag) = (nil, nil)
        case YAML_DOCUMENT_END_EVENT:
            kind = .documentEnd
            (anchor, tag) = (nil, nil)
        case YAML_ALIAS_EVENT:
            kind = .alias(Self.text(event.data.alias.anchor) ?? "")
            (anchor, tag) = (nil, nil)
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            kind = .scalar(text, style: Self.style(scalar.style))
            (anchor, tag) = (Self.text(scalar.anchor), Self.text(scalar.tag))
        case YAML_SEQUENCE_START_EVENT:
            kind = .sequenceStart
            (anchor, tag) = (Self.text(event.data.sequence_start.anchor), Self.text(event.data.sequence_start.tag))
        case YAML_SEQUENCE_END_EVENT:
            kind = .sequenceEnd
            (anchor, tag) = (nil, nil)
        case YAML_MAPPING_START_EVENT:
            kind = .mappingStart
            (anchor, tag) = (Self.text(event.data.mapping_start.anchor), Self.text(event.data.mapping_start.tag))
        case YAML_MAPPING_END_EVENT:
            kind = .mappingEnd
            (anchor, tag) = (nil, nil)
        default: return nil
        }
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private static func style(_ style: yaml_scalar_style_t) -> YAMLScalar.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .plain
        }
    }
}
