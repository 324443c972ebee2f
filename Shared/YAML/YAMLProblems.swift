import CYAML

/// libyaml's complaints in plain words, with what people usually did.
enum YAMLProblems {
    static func explain(_ parser: yaml_parser_t) -> YAMLError.Problem {
        let problem = parser.problem.map { String(cString: $0) } ?? "the text cannot be read"
        let context = parser.context.map { String(cString: $0) } ?? ""
        if parser.error == YAML_MEMORY_ERROR {
            return YAMLError.Problem(YAMLMark(parser.problem_mark), "no memory to read the text")
        }
        if parser.error == YAML_READER_ERROR {
            // The reader knows the byte only; the mark is where the parser last was.
            return YAMLError.Problem(
                YAMLMark(parser.mark),
                "the text is not UTF-8 or holds a control character near byte \(parser.problem_offset)",
                advice: "save it as UTF-8")
        }
        let mark = YAMLMark(parser.problem_mark)
        if let known = known(problem, context, parser) {
            return YAMLError.Problem(mark, known.message, advice: known.advice)
        }
        let place = context.isEmpty ? "" : " \(context) that begins at \(YAMLMark(parser.context_mark))"
        return YAMLError.Problem(mark, problem + place)
    }

    private static func known(
        _ problem: String, _ context: String, _ parser: yaml_parser_t
    ) -> (message: String, advice: String)? {
        let begun = YAMLMark(parser.context_mark)
        switch problem {
        case "found character that cannot start any token":
            return (
                "a value cannot begin with this character",
                "indent with spaces, never with tabs, and quote texts that begin with @, `, % or a tab"
            )
        case "found a tab character that violates indentation",
            "found a tab character where an indentation space is expected":
            return ("a tab is used as indentation", "indent with spaces")
        case "mapping values are not allowed in this context":
            return (
                "a colon with a space behind it stands where no key can be",
                "quote the text, or check the indentation of this line and the one before"
            )
        case "could not find expected ':'":
            return ("a key without its colon, begun at \(begun)", "write `key: value`, with a space behind the colon")
        case "did not find expected key":
            return (
                "a key was expected in the mapping that begins at \(begun)",
                "check the indentation, and quotes or brackets that are not closed before"
            )
        case "did not find expected '-' indicator":
            return ("a list item was expected in the list that begins at \(begun)", "begin it with `- `, at one depth")
        case "did not find expected ',' or ']'":
            return ("the list that begins at \(begun) is not closed", "add `,` or `]`")
        case "did not find expected ',' or '}'":
            return (
                "the mapping that begins at \(begun) is not closed",
                "add `,` or `}`, and quote a text that begins with {{"
            )
        case "found unexpected end of stream" where context.contains("quoted scalar"):
            return ("the quote that begins at \(begun) is not closed", "add the closing quote")
        case "found unexpected document indicator":
            return ("the quote that begins at \(begun) is not closed before the document ends", "add the closing quote")
        case "found undefined tag handle", "did not find expected tag URI", "did not find URI escaped octet",
            "did not find expected whitespace or line break":
            return ("a text cannot begin with !", "quote it")
        case "did not find expected alphabetic or numeric character":
            return ("a text cannot begin with * or & ", "quote it")
        case "did not find expected node content":
            return ("a value is missing", "remove the comma before, or quote a text that begins with , ] } or %")
        case "did not find expected comment or line break":
            return (
                "a text stands behind | or >", "begin it on the next line, indented, or quote a text that begins so"
            )
        case "mapping keys are not allowed in this context":
            return ("a text cannot begin with ? and a space", "quote it")
        case "found unexpected ':'":
            return ("a text inside { } or [ ] cannot end with a colon", "quote it, or put a space behind the colon")
        case "did not find expected hexdecimal number":
            return ("an escape lacks its hexadecimal digits", "use single quotes, in which a backslash is a backslash")
        case "found unknown escape character":
            return ("an unknown escape in double quotes", "use single quotes, in which a backslash is a backslash")
        case "block sequence entries are not allowed in this context":
            return ("a list item stands where none can be", "begin the list on a line of its own")
        case "did not find expected <document start>":
            return ("something stands behind the end of the document", "check the indentation of this line")
        default: return nil
        }
    }
}
