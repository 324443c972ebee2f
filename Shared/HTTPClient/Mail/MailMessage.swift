import Models

extension Mail {
    /// What keeps it from being sent at all.
    var problem: MailError? {
        if to.isEmpty { return MailError(isPermanent: true, "the e-mail has no recipient") }
        for address in to + [from] where !Self.isAddress(address) {
            return MailError(isPermanent: true, "'\(address)' is no e-mail address")
        }
        return nil
    }

    /// Whether `text` can stand between the angle brackets of the protocol: somebody, an @, some host.
    public static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && text.utf8.count <= 254
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x3c && $0 != 0x3e && $0 != 0x2c }
    }

    /// The message as it goes over the wire (RFC 5322, RFC 2045), lines of at most 76 characters.
    var message: [UInt8] {
        let host = from.split(separator: "@").last.map(String.init) ?? "localhost"
        let lines = [
            "From: <\(from)>", "To: \(to.map { "<\($0)>" }.joined(separator: ",\r\n "))",
            "Subject: \(Self.encodedWords(subject))", "Date: \(date.mailDate)", "Message-ID: <\(id)@\(host)>",
            "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable", "Auto-Submitted: auto-generated", "",
            Self.quotedPrintable(text),
        ]
        return Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
    }

    /// RFC 2047: as it is where it is short and plain, else words of UTF-8. No line end survives.
    static func encodedWords(_ text: String) -> String {
        if text.utf8.count < 60, text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }), !text.contains("=?") { return text }
        var words: [String] = []
        var word = ""
        for character in text {
            let encoded = character.utf8.map { byte in
                isLetterOrDigit(byte) ? String(UnicodeScalar(byte)) : byte == 0x20 ? "_" : "=" + hexadecimal(byte)
            }.joined()
            if word.utf8.count + encoded.utf8.count > 55 {
                words.append(word)
                word = ""
            }
            word += encoded
        }
        return (words + [word]).map { "=?utf-8?Q?\($0)?=" }.joined(separator: "\r\n ")
    }

    /// RFC 2045, 6.7.
    static func quotedPrintable(_ text: String) -> String {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { line in
            var rows: [String] = []
            var row = ""
            let bytes = Array(line.utf8)
            for (place, byte) in bytes.enumerated() {
                let isLast = place == bytes.count - 1
                let isPlain = (byte > 0x20 && byte < 0x7f && byte != 0x3d) || (byte == 0x20 && !isLast)
                let piece = isPlain ? String(UnicodeScalar(byte)) : "=" + hexadecimal(byte)
                if row.utf8.count + piece.utf8.count > 75 {
                    rows.append(row + "=")
                    row = ""
                }
                row += piece
            }
            return (rows + [row]).joined(separator: "\r\n")
        }.joined(separator: "\r\n")
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = Array("0123456789ABCDEF")
        return String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
    }
}

extension Timestamp {
    /// The date of a mail (RFC 5322, 3.3) in UTC, without the day of the week, which is optional.
    fileprivate var mailDate: String {
        let text = Array(description)  // 2026-11-23T12:10:36…
        guard text.count >= 19, let month = Int(String(text[5...6])), (1...12).contains(month) else {
            return description
        }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(String(text[8...9])) \(months[month - 1]) \(String(text[0...3])) \(String(text[11...18])) +0000"
    }
}
