import Models

/// A pattern of times in the notation of strftime, such as `%d/%m/%Y %H:%M`. Without a zone it is UTC.
public struct TimePattern: Sendable, Hashable {
    /// What a letter behind `%` stands for.
    package enum Part: Character, Sendable, CaseIterable {
        case year = "Y"
        case shortYear = "y"
        case month = "m"
        case day = "d"
        case spacedDay = "e"
        case hour = "H"
        case hourOf12 = "I"
        case minute = "M"
        case second = "S"
        case fraction = "f"
        case milliseconds = "L"
        case half = "p"
        case zone = "z"
        case zoneName = "Z"
        case monthName = "B"
        case shortMonthName = "b"
        case dayName = "A"
        case shortDayName = "a"
        case dayOfYear = "j"
        case epoch = "s"

        /// What it is, for the language's document.
        package var meaning: String {
            switch self {
            case .year: "the year in four digits"
            case .shortYear: "the year in two digits, 1970 to 2069"
            case .month: "the month, 01 to 12"
            case .day: "the day, 01 to 31"
            case .spacedDay: "the day, a space before a single digit"
            case .hour: "the hour, 00 to 23"
            case .hourOf12: "the hour, 01 to 12"
            case .minute: "the minute"
            case .second: "the second"
            case .fraction: "the fraction of the second, printed with six digits"
            case .milliseconds: "the fraction of the second, printed with three digits"
            case .half: "AM or PM"
            case .zone: "`Z`, `+0100`, `+01:00`; printed as `+0000`"
            case .zoneName: "`UTC`, `GMT` or `Z`; no other zones are known"
            case .monthName: "January; read in full or cut to three letters"
            case .shortMonthName: "Jan"
            case .dayName: "Saturday; when read, only passed over"
            case .shortDayName: "Sat"
            case .dayOfYear: "the day of the year, 001 to 366"
            case .epoch: "seconds since 1970"
            }
        }
    }

    /// Why a text is no pattern.
    package struct Malformed: Error, Equatable {
        /// What is wrong.
        package let message: String
        /// What to do.
        package let advice: String
    }

    enum Item: Sendable, Hashable {
        case literal(UInt8)
        case space
        case part(Part)
    }

    /// The pattern as written.
    public let text: String
    let items: [Item]

    /// Compiles a pattern.
    package init(_ text: String) throws(Malformed) {
        var items: [Item] = []
        var characters = text[...]
        while let character = characters.popFirst() {
            if character == " " {
                if items.last != .space { items.append(.space) }
            } else if character == "%" {
                guard let letter = characters.popFirst() else {
                    throw Malformed(message: "the pattern ends with a %", advice: "write %% for a percent sign")
                }
                if letter == "%" {
                    items.append(.literal(UInt8(ascii: "%")))
                } else if letter == "T" {
                    items += [
                        .part(.hour), .literal(UInt8(ascii: ":")), .part(.minute), .literal(UInt8(ascii: ":")),
                        .part(.second),
                    ]
                } else if letter == "F" {
                    items += [
                        .part(.year), .literal(UInt8(ascii: "-")), .part(.month), .literal(UInt8(ascii: "-")),
                        .part(.day),
                    ]
                } else if let part = Part(rawValue: letter) {
                    items.append(.part(part))
                } else {
                    throw Malformed(
                        message: "there is no %\(letter) in patterns of times",
                        advice: "use one of: " + Part.allCases.map { "%\($0.rawValue)" }.joined(separator: " "))
                }
            } else {
                items += Array(character.utf8).map(Item.literal)
            }
        }
        let hasDate = items.contains { item in
            switch item {
            case .part(.epoch), .part(.year), .part(.shortYear): true
            default: false
            }
        }
        guard hasDate, text.utf8.count <= 100 else {
            throw Malformed(
                message: "the pattern has no year", advice: "write at least %Y or %y, or %s for seconds since 1970")
        }
        self.text = text
        self.items = items
    }
}
