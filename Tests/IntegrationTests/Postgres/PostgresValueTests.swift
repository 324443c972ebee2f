import Models
import Postgres
import PostgresHarness
import Testing

/// Every kind of value goes to a real server and comes back the same.
@Suite struct PostgresValueTests {
    private static let id = PublicID(high: 0x0123_4567_89AB_7DEF, low: 0x8000_0000_0000_0001)

    @Test func `scalars round trip at their edges`() async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            for value in [Int64.min, -1, 0, 1, .max] {
                #expect(try await connection.query("select $1 as v", [.int(value)]).rows[0].int("v") == value)
            }
            for value in [-Double.infinity, -0.0, .leastNonzeroMagnitude, 1.7976931348623157e308, .infinity] {
                let read = try await connection.query("select $1 as v", [.double(value)]).rows[0].double("v")
                #expect(read.bitPattern == value.bitPattern)
            }
            #expect(try await connection.query("select $1 as v", [.double(.nan)]).rows[0].double("v").isNaN)
            for value in [
                "", "a", "żółw 🐢 漢字", "\u{FFFF}\u{10FFFF}", String(repeating: "é", count: 100_000), "it's \"\\",
            ] {
                #expect(try await connection.query("select $1 as v", [.text(value)]).rows[0].text("v") == value)
            }
            for value in [true, false] {
                #expect(try await connection.query("select $1 as v", [.bool(value)]).rows[0].bool("v") == value)
            }
            let bytes = [UInt8](0...255)
            for value in [[], bytes] {
                #expect(try await connection.query("select $1 as v", [.bytes(value[...])]).rows[0].bytes("v") == value)
            }
            let json = Array(#"{"b": 1,  "a":12345678901234567890.5, "a": "é\u0000"}"#.utf8)
            #expect(try await connection.query("select $1 as v", [.json(json[...])]).rows[0].json("v") == json)
            #expect(try await connection.query("select $1 as v", [.uuid(Self.id)]).rows[0].uuid("v") == Self.id)
            let text = try await connection.query("select $1::text as v", [.uuid(Self.id)]).rows[0].text("v")
            #expect(text == Self.id.description)
        }
    }

    @Test func `times round trip, infinity and the limits included`() async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            let first = try await connection.query("select '4714-11-24 00:00:00+00 BC'::timestamptz as v").rows[0]
            #expect(try first.timestamp("v").microseconds == -210_866_803_200_000_000)
            for value in [Int64.min, -210_866_803_200_000_000, -1, 0, 1, 1_700_000_000_123_456, .max] {
                let time = Timestamp(microseconds: value)
                let row = try await connection.query("select $1 as v, $1::text as t", [.timestamp(time)]).rows[0]
                #expect(try row.timestamp("v") == time)
                if value == .max { #expect(try row.text("t") == "infinity") }
                if value == .min { #expect(try row.text("t") == "-infinity") }
                if value == 1_700_000_000_123_456 { #expect(try row.text("t") == "2023-11-14 22:13:20.123456+00") }
            }
            let last = try await connection.query("select '294276-12-31 23:59:59+00'::timestamptz as v").rows[0]
            let error = #expect(throws: PostgresError.self) { try last.timestamp("v") }
            #expect(error?.column == "v")
            // One microsecond after -infinity: the subtraction would overflow.
            await #expect(throws: PostgresError.self) {
                try await connection.query("select $1 as v", [.timestamp(Timestamp(microseconds: .min + 1))])
            }
        }
    }

    @Test func `intervals round trip and months are refused`() async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            for value in [Duration.zero, .microseconds(-1), .seconds(86_400 * 40), .microseconds(1_234_567)] {
                #expect(try await connection.query("select $1 as v", [.interval(value)]).rows[0].interval("v") == value)
            }
            let row = try await connection.query("select interval '2 days 1 second' as d, interval '1 month' as m")
                .rows[0]
            #expect(try row.interval("d") == .seconds(172_801))
            #expect(throws: PostgresError.self) { try row.interval("m") }
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query("select $1 as v", [.interval(.seconds(Int64.max))])
            }
            #expect(error?.kind == .badData)
        }
    }

    @Test func `arrays of every type unnest with their nulls`() async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            let time = Timestamp(seconds: 1_700_000_000)
            let result = try await connection.query(
                "select * from unnest($1, $2, $3, $4, $5, $6, $7, $8) as v(b, i, d, t, y, j, s, u)",
                [
                    .boolArray([true, nil, false]), .intArray([.min, nil, .max]), .doubleArray([-0.5, nil, 1e300]),
                    .textArray(["", nil, "🐢"]), .bytesArray([[0, 255][...], nil, [][...]]),
                    .jsonArray([Array("{}".utf8)[...], nil, Array("[1, 2]".utf8)[...]]),
                    .timestampArray([time, nil, Timestamp(microseconds: .max)]), .uuidArray([Self.id, nil, Self.id]),
                ])
            #expect(result.affected == 3)
            let (first, second, third) = (result.rows[0], result.rows[1], result.rows[2])
            #expect(try first.bool("b") && first.int("i") == .min && first.double("d") == -0.5)
            #expect(try first.text("t") == "" && first.bytes("y") == [0, 255] && first.json("j") == Array("{}".utf8))
            #expect(try first.timestamp("s") == time && first.uuid("u") == Self.id)
            for column in second.columns { #expect(try second.isNull(column)) }
            #expect(try second.boolIfPresent("b") == nil && second.intIfPresent("i") == nil)
            #expect(try second.doubleIfPresent("d") == nil && second.textIfPresent("t") == nil)
            #expect(try second.bytesIfPresent("y") == nil && second.jsonIfPresent("j") == nil)
            #expect(try second.timestampIfPresent("s") == nil && second.uuidIfPresent("u") == nil)
            #expect(try third.bool("b") == false && third.text("t") == "🐢" && third.bytes("y") == [])
            #expect(try third.json("j") == Array("[1, 2]".utf8) && third.timestamp("s").microseconds == .max)
        }
    }

    @Test func `empty arrays and array results`() async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            let empty: [PostgresValue] = [
                .boolArray([]), .intArray([]), .doubleArray([]), .textArray([]), .bytesArray([]), .jsonArray([]),
                .timestampArray([]), .uuidArray([]),
            ]
            for value in empty {
                let row = try await connection.query("select cardinality($1) as n", [value]).rows[0]
                #expect(try row.int("n") == 0)
            }
            let row = try await connection.query(
                "select $1 as i, $2 as t, $3 as e", [.intArray([1, nil]), .textArray([nil, "x"]), .intArray([])]
            ).rows[0]
            #expect(try row.intArray("i") == [1, nil])
            #expect(try row.textArray("t") == [nil, "x"])
            #expect(try row.intArray("e") == [])
            let nested = try await connection.query("select array[[1::int8, 2], [3, 4]] as v").rows[0]
            #expect(throws: PostgresError.self) { try nested.intArray("v") }
        }
    }

    @Test func `declared types are converted by casts, by assignment and for narrower columns`() async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            try await connection.query("create temp table t (a int, b varbit, c jsonb, d varchar(5), e int2, f text)")
            try await connection.query(
                "insert into t values ($1, $2::text::varbit, $3::jsonb, $4, $5, $6)",
                [.int(7), .text("1010"), .json(Array("{\"a\":1}".utf8)[...]), .text("abc"), .int(-3), .null])
            let row = try await connection.query(
                "select a, b::text as b, c, d, e, f, 'x'::name as n, 1.5::float4 as g, 5::oid as o from t where a = $1::int",
                [.int(7)]
            ).rows[0]
            #expect(try row.int("a") == 7 && row.text("b") == "1010" && row.text("d") == "abc" && row.int("e") == -3)
            #expect(try row.json("c") == Array("{\"a\": 1}".utf8) && row.textIfPresent("f") == nil)
            #expect(try row.text("n") == "x" && row.double("g") == 1.5 && row.int("o") == 5)
        }
    }

    @Test func `a null first and a value later use the same statement`() async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            try await connection.query("create temp table t (a int, b text)")
            for (a, b) in [(nil, nil), (1, nil), (nil, "x"), (2, "y")] as [(Int64?, String?)] {
                try await connection.query(
                    "insert into t values ($1, $2)", [a.map { .int($0) } ?? .null, b.map { .text($0) } ?? .null])
            }
            let row = try await connection.query("select count(a) as a, count(b) as b from t").rows[0]
            #expect(try row.int("a") == 2 && row.int("b") == 2)
            let prepared = try await connection.query(
                "select count(*) as n from pg_prepared_statements where statement like 'insert into t%'")
            #expect(try prepared.rows[0].int("n") == 1)
        }
    }

    @Test func `NUL bytes are refused before they are sent, with the parameter named`() async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            let cases: [(PostgresValue, String)] = [
                (.text("secret\0"), "parameter $2 holds U+0000"),
                (.textArray(["a", "secret\0"]), "element 2"),
                (.json(Array("\"secret\0\"".utf8)[...]), "parameter $2 holds a NUL byte"),
                (.jsonArray([Array("\"secret\0\"".utf8)[...]]), "element 1"),
            ]
            for (value, words) in cases {
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.query("select $1, $2", [.int(1), value])
                }
                #expect(error?.kind == .badData)
                #expect(error?.description.contains(words) == true)
                #expect(error?.description.contains("secret") == false)
            }
            #expect(try await connection.query("select 1 as v").rows[0].int("v") == 1)
        }
    }

    @Test func `a column of another name or type is an error that names it`() async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            let row = try await connection.query("select 12345::numeric as n, null::int as z, 'q'::text as t").rows[0]
            let missing = #expect(throws: PostgresError.self) { try row.int("nn") }
            #expect(missing?.message == #"column "nn" is not in the result, which has: n, z, t"#)
            let type = #expect(throws: PostgresError.self) { try row.int("n") }
            #expect(type?.message == #"column "n" is a numeric and was read as int8: cast it in the SQL"#)
            let null = #expect(throws: PostgresError.self) { try row.int("z") }
            #expect(null?.message == #"column "z" is null where a value was expected"#)
            #expect(throws: PostgresError.self) { try row.bytes("t") }
        }
    }
}
