/// Cuts the text of an expression into tokens.
struct ExpressionLexer {
    enum Kind: Equatable {
        case identifier(String)
        case text(String)
        case integer(Int64)
        case number(Double)
        case symbol(String)
        case end
    }

    struct Token: Equatable {
        var kind: Kind
        var offset: Int
    }

    private static let symbols = [
        "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "(", ")", "[", "]", ",", ".", "|",
    ]

    /// All tokens of `text`, with an end token behind them.
    static func tokens(of text: String) throws(ExpressionProblem) -> [Token] {
        let characters = Array(text)
        var tokens: [Token] = []
        var index = 0
        while index < characters.count {
            let character = characters[index]
            if character.isWhitespace {
                index += 1
            } else if character == "'" || character == "\"" {
                tokens.append(try quoted(characters, at: &index))
            } else if character.isASCII, character.isNumber {
                tokens.append(try number(characters, at: &index))
            } else if isIdentifierStart(character) {
                let start = index
                while index < characters.count, isIdentifierStart(characters[index]) || characters[index].isNumber {
                    index += 1
                }
                tokens.append(Token(kind: .identifier(String(characters[start..<index])), offset: start))
            } else {
                let next = String(characters[index..<min(index + 2, characters.count)])
                guard let symbol = symbols.first(where: { next.hasPrefix($0) }) else {
                    throw ExpressionProblem(
                        offset: index, message: "'\(character)' has no meaning in an expression",
                        advice: advice(for: character))
                }
                tokens.append(Token(kind: .symbol(symbol), offset: index))
                index += symbol.count
            }
        }
        tokens.append(Token(kind: .end, offset: characters.count))
        return tokens
    }

    private static func advice(for character: Character) -> String {
        switch character {
        case "&": "write 'and'"
        case "!": "write 'not' or '!='"
        case "=": "write '==' to compare"
        case "?", ":": "write '<value> if <condition> else <other>'"
        case "~": "write '+' to join texts"
        default: "put texts in quotes, or remove it"
        }
    }

    private static func isIdentifierStart(_ character: Character) -> Bool {
        character == "_" || (character.isASCII && character.isLetter)
    }

    private static func quoted(_ characters: [Character], at index: inout Int) throws(ExpressionProblem) -> Token {
        let start = index
        let quote = characters[index]
        var text = ""
        index += 1
        while index < characters.count, characters[index] != quote {
            if characters[index] == "\\", index + 1 < characters.count {
                index += 1
                switch characters[index] {
                case "n": text.append("\n")
                case "t": text.append("\t")
                case "r": text.append("\r")
                default: text.append(characters[index])
                }
            } else {
                text.append(characters[index])
            }
            index += 1
        }
        guard index < characters.count else {
            throw ExpressionProblem(
                offset: start, message: "the text is not closed", advice: "add the closing \(quote)")
        }
        index += 1
        return Token(kind: .text(text), offset: start)
    }

    private static func number(_ characters: [Character], at index: inout Int) throws(ExpressionProblem) -> Token {
        let start = index
        var isWhole = true
        while index < characters.count, characters[index].isASCII,
            characters[index].isNumber
                || (characters[index] == "." && isWhole && index + 1 < characters.count
                    && characters[index + 1].isNumber)
        {
            if characters[index] == "." { isWhole = false }
            index += 1
        }
        let text = String(characters[start..<index])
        if isWhole, let value = Int64(text) { return Token(kind: .integer(value), offset: start) }
        guard let value = Double(text) else {
            throw ExpressionProblem(
                offset: start, message: "not a number", advice: "write digits, with a point for fractions")
        }
        return Token(kind: .number(value), offset: start)
    }
}
