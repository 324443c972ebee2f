import Service
import Testing

@Suite struct ConfigurationTests {
    private let port = Setting.integer("port", in: 1...65535, default: "80", "Port")
    private let name = Setting.text("name", default: "nobody", "Name")
    private let password = Setting.text(
        "password", environment: "DB_PASSWORD", default: "", "Password", isSecret: true
    ).withDefault("none")
    private let wait = Setting.duration("wait", atLeast: .seconds(1), default: "5s", "Wait")
    private let verbose = Setting.toggle("verbose", short: "v", "Verbose")
    private let mode = Setting<LogFormat>.choice("mode", default: "json", "Mode")
    private let file = Setting.text("file", short: "f", default: nil, "File").optional
    private let parts = Setting.list("parts", "Parts")
    private let size = Setting.bytes("size", default: "1k", "Size")

    private var table: [any SettingDeclaration] { [port, name, password, wait, verbose, mode, file, parts, size] }

    private func load(
        _ arguments: [String] = [], _ environment: [String: String] = [:], files: [String: String] = [:]
    ) throws -> Configuration {
        try Configuration.load(table, arguments: arguments, environment: environment) { files[$0] }
    }

    private func problems(
        _ arguments: [String] = [], _ environment: [String: String] = [:], files: [String: String] = [:]
    ) -> [String] {
        do {
            _ = try load(arguments, environment, files: files)
            return []
        } catch {
            return (error as? ConfigurationError)?.problems ?? ["\(error)"]
        }
    }

    @Test func defaultsHoldWhereNothingIsGiven() throws {
        let configuration = try load()
        #expect(configuration[port] == 80)
        #expect(configuration[wait] == .seconds(5))
        #expect(configuration[verbose] == false)
        #expect(configuration[mode] == .json)
        #expect(configuration[file] == nil)
        #expect(configuration[parts] == [])
        #expect(configuration[size] == 1024)
        #expect(configuration.source(of: port) == .builtIn)
    }

    @Test func theFileWinsOverTheEnvironmentAndFlagsOverTheFile() throws {
        let files = ["/c.env": "# comment\nPORT=2\nexport NAME='from file'\n"]
        let environment = ["PORT": "1", "NAME": "environment", "WAIT": "9s"]
        let configuration = try load(["--config", "/c.env", "--port=3"], environment, files: files)
        #expect(configuration[port] == 3)
        #expect(configuration[name] == "from file")
        #expect(configuration[wait] == .seconds(9))
        #expect(configuration.source(of: port) == .flag("--port"))
        #expect(configuration.source(of: name) == .file("/c.env", line: 3))
        #expect(configuration.source(of: wait) == .environment("WAIT"))
    }

    @Test func theFileMayBeNamedByTheEnvironment() throws {
        let configuration = try load([], ["TRIBUTARY_CONFIG": "/c.env"], files: ["/c.env": "PORT=2"])
        #expect(configuration[port] == 2)
    }

    @Test func flagsTakeTheirValueAttachedOrApartAndSwitchesNone() throws {
        let configuration = try load(["one", "-v", "-f", "a.yaml", "--name", "-", "two", "--", "--three"])
        #expect(configuration[verbose])
        #expect(configuration[file] == "a.yaml")
        #expect(configuration[name] == "-")
        #expect(configuration.positionals == ["one", "two", "--three"])
        #expect(try load(["--verbose=false"], ["VERBOSE": "true"])[verbose] == false)
        #expect(try load(["--parts", "a, b,,c"])[parts] == ["a", "b", "c"])
    }

    @Test func aSecretMayComeFromAFileAndIsNeverShown() throws {
        let files = ["/run/secret": "hunter2\n"]
        for configuration in [
            try load([], ["DB_PASSWORD_FILE": "/run/secret"], files: files),
            try load(["--password-file", "/run/secret"], ["DB_PASSWORD": "other"], files: files),
            try load(["--config", "/c"], files: files.merging(["/c": "DB_PASSWORD_FILE=/run/secret"]) { $1 }),
        ] {
            #expect(configuration[password] == "hunter2")
            #expect(!configuration.description.contains("hunter2"))
            #expect(configuration.description.contains("password = ***"))
        }
    }

    @Test func aBadSecretIsNotQuoted() {
        let pin = Setting<Int>("pin", default: "1", summary: "PIN", isSecret: true, placeholder: "N") {
            text throws(InvalidValue) in
            guard let number = Int(text) else { throw InvalidValue("must be a number") }
            return number
        }
        let error = #expect(throws: ConfigurationError.self) {
            _ = try Configuration.load([pin], arguments: ["--pin", "hunter2"], environment: [:]) { _ in nil }
        }
        #expect(error?.problems == ["pin (flag --pin) must be a number"])
    }

    @Test func aBadValueIsNamedWithItsPlaceAndWhatItMustBe() {
        #expect(
            problems([], ["PORT": "eighty"])
                == ["port (environment variable PORT) is \"eighty\" but must be a whole number from 1 to 65535"])
        #expect(
            problems(["--config", "/c"], files: ["/c": "\nPORT=0"])
                == ["port (/c line 2) is \"0\" but must be a whole number from 1 to 65535"])
        #expect(problems(["--wait", "10ms"]) == ["wait (flag --wait) is \"10ms\" but must be at least 1s"])
        #expect(problems(["--mode", "xml"]) == ["mode (flag --mode) is \"xml\" but must be one of json, text"])
        #expect(problems(["--size", "9999999999G"]).count == 1)
    }

    @Test func everyProblemIsFoundInOneGo() {
        #expect(problems(["--prot", "1", "--wait", "soon"], ["PORT": "x"]).count == 3)
    }

    @Test func anUnknownFlagIsNamedWithTheNearestOne() {
        #expect(problems(["--prot=1"]) == ["unknown flag --prot; did you mean --port?"])
        #expect(problems(["--zzzzzzzz"]) == ["unknown flag --zzzzzzzz; --help lists the flags"])
    }

    @Test func aFlagWithoutItsValueIsRefused() {
        #expect(problems(["--port"]) == ["--port needs a value: give it as --port VALUE"])
        #expect(problems(["--port", "--verbose"]) == ["--port needs a value: give it as --port VALUE"])
    }

    @Test func aMissingSettingIsNamedWithTheWaysToGiveIt() {
        let required = Setting.text("kafka", environment: "KAFKA", "Brokers")
        let error = #expect(throws: ConfigurationError.self) {
            _ = try Configuration.load([required], arguments: [], environment: [:]) { _ in nil }
        }
        #expect(error?.problems == ["kafka is missing (Brokers): set KAFKA or give --kafka"])
    }

    @Test func aFileThatCannotBeReadOrUnderstoodIsNamed() {
        #expect(problems(["--config", "/gone"]).first?.contains("/gone cannot be read") == true)
        #expect(problems(["--config", "/c"], files: ["/c": "PORT 1"]) == ["/c line 1: write KEY=value"])
        #expect(problems([], ["DB_PASSWORD_FILE": "/gone"]).first?.contains("/gone") == true)
    }

    @Test func anUnknownKeyInTheFileIsAWarning() throws {
        let configuration = try load(["--config", "/c"], files: ["/c": "PROT=1"])
        #expect(configuration.warnings == ["/c line 1: PROT is not a setting of this program; did you mean PORT?"])
    }

    @Test func theHelpTextAndTheTableComeFromTheDeclarations() {
        let help = SettingsHelp.text(table)
        #expect(help.contains("--port N\n        Port [PORT, default 80]"))
        #expect(help.contains("-f, --file TEXT"))
        #expect(help.contains("DB_PASSWORD or DB_PASSWORD_FILE") || help.contains("DB_PASSWORD, or DB_PASSWORD_FILE"))
        #expect(!help.contains("none"))
        let rows = SettingsHelp.markdown(table).split(separator: "\n")
        #expect(rows.count == table.count + 2)
        #expect(rows[2] == "| `PORT` | `--port` | `80` | Port |")
    }
}
