/// The smallest units of currencies (ISO 4217, list one of 2024).
enum CurrencyUnits {
    private static let withoutFraction: Set<String> = [
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
        "XPF",
    ]
    private static let withThreeDigits: Set<String> = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]

    /// How many decimal places `currency` has.
    static func digits(of currency: String) -> Int {
        let code = currency.uppercased()
        if withoutFraction.contains(code) { return 0 }
        return withThreeDigits.contains(code) ? 3 : 2
    }

    /// `minor` smallest units as decimal text: 1999 USD cents are `19.99`.
    static func decimalText(minor: Int64, currency: String) -> String {
        let digits = digits(of: currency)
        guard digits > 0 else { return String(minor) }
        var text = String(minor.magnitude)
        while text.utf8.count <= digits { text = "0" + text }
        let cut = text.index(text.endIndex, offsetBy: -digits)
        return (minor < 0 ? "-" : "") + text[..<cut] + "." + text[cut...]
    }
}
