// swift-tools-version: 6.2
import PackageDescription

// Every library outside the toolchain comes from the distribution; the `providers` name the Debian packages.
let swiftSettings: [SwiftSetting] = [.treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny")]

/// A C library of the distribution, found with pkg-config.
func system(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(
        name: name, path: "Shared/CLibraries/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// C or C++ that gives Swift typed access to a library (variadics, macros, C++).
func shim(_ name: String, over libraries: [Target.Dependency] = [], links: [LinkerSetting] = []) -> Target {
    .target(
        name: name, dependencies: libraries, path: "Shared/CLibraries/\(name)", linkerSettings: links)
}

/// A module under Shared/.
func shared(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [], resources: [Resource] = [],
    path: String? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: path ?? "Shared/\(name)", exclude: exclude,
        resources: resources, swiftSettings: swiftSettings)
}

/// An executable under Services/.
func service(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Services/\(name)", resources: resources,
        swiftSettings: swiftSettings)
}

/// A test target under Tests/, without network unless its name says so.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude, swiftSettings: swiftSettings)
}

/// A library under Tests/Support that several test targets use.
func support(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Tests/Support/\(name)", swiftSettings: swiftSettings)
}

/// What every executable is wired from.
let running: [Target.Dependency] = ["Models", "Storage", "Postgres", "Kafka", "Service", "Connections"]

let package = Package(
    name: "Tributary",
    products: [
        .executable(name: "scheduler", targets: ["Scheduler"]),
        .executable(name: "retriever", targets: ["Retriever"]),
        .executable(name: "processor", targets: ["Processor"]),
        .executable(name: "tributary", targets: ["Operator"]),
    ],
    targets: [
        // C libraries, each confined to the one module that imports it.
        system("CRdKafka", pkgConfig: "rdkafka", apt: "librdkafka-dev"),
        system("CLibPQ", pkgConfig: "libpq", apt: "libpq-dev"),
        system("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        system("CMicroHTTPD", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
        system("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
        system("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        system("CArchive", pkgConfig: "libarchive", apt: "libarchive-dev"),
        system("CJemalloc", pkgConfig: "jemalloc", apt: "libjemalloc-dev"),
        shim("CRdKafkaShim", over: ["CRdKafka"]),
        shim("CCurlShim", over: ["CCurl"]),
        shim("CMicroHTTPDShim", over: ["CMicroHTTPD"]),
        shim("CSimdjson", links: [.linkedLibrary("simdjson")]),  // apt: libsimdjson-dev

        // Values and messages.
        shared("Models"),

        // The doors to the outside.
        shared("Kafka", ["Models", "CRdKafka", "CRdKafkaShim"]),
        shared("Postgres", ["Models", "CLibPQ"]),
        shared("HTTPClient", ["Models", "CCurl", "CCurlShim"]),
        shared("HTTPServer", ["Models", "CMicroHTTPD", "CMicroHTTPDShim"]),
        shared("JSON", ["CSimdjson"], exclude: ["DIFFERENCES.md"]),
        shared("YAML", ["CYAML"]),
        shared("Cryptography", ["CCrypto"]),
        shared("Archives", ["CArchive"]),
        shared("MemoryAllocator", ["CJemalloc"]),

        // What the services are made of.
        // FoundationXML reads with libxml2, which static executables link themselves (apt: libxml2-dev).
        shared(
            "Catalog", ["Models", "JSON", "YAML", "Cryptography", "Archives"],
            exclude: ["Providers", "LANGUAGE.md", "EXCHANGES.md"]),
        shim("CMigrationScripts"),
        shared("Migrations", ["CMigrationScripts"], exclude: ["sql"], path: "Shared/Storage/Migrations"),
        shared("Storage", ["Models", "Postgres", "Migrations"], exclude: ["Migrations"]),
        shared("Service", ["Models", "HTTPServer", "MemoryAllocator"]),
        shared("Connections", ["Models", "Service", "Kafka", "Postgres", "Storage", "Migrations"]),

        shared(
            "Credentials", ["Models", "Catalog", "Storage", "HTTPClient", "JSON", "Cryptography", "Service"]),

        // What runs.
        service(
            "Scheduler", running + ["Catalog", "HTTPClient", "JSON", "Cryptography"],
            resources: [
                .embedInCode("Alerts/Templates/operator.txt"), .embedInCode("Alerts/Templates/customer.txt"),
            ]),
        service("Retriever", running + ["HTTPClient", "Catalog", "JSON", "Cryptography", "Credentials"]),
        service("Processor", running + ["Catalog", "JSON", "Cryptography"]),
        service(
            "Operator",
            running + ["HTTPClient", "HTTPServer", "Catalog", "YAML", "JSON", "Cryptography", "Credentials"]),

        // Feeds damaged input to the language and what it reads (deploy/fuzz); a command, not part of a test run.
        .executableTarget(
            name: "fuzz", dependencies: ["Catalog", "Exchanges", "Models", "JSON", "YAML", "Cryptography"],
            path: "Tests/Fuzz", swiftSettings: swiftSettings),

        // Compares JSON with Foundation's parser; a command, not part of a test run.
        .executableTarget(
            name: "json-differential", dependencies: ["JSON"], path: "Tests/JSONDifferential",
            swiftSettings: swiftSettings),

        // Tests.
        shared("StorageConformance", ["Models", "Storage"], path: "Tests/Support/StorageConformance"),
        support("Pipeline", ["Models", "Postgres", "PostgresHarness"]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Models", "Postgres", "PostgresHarness", "Pipeline", "RawHTTPServer", "Kafka", "JSON", "Catalog",
                "Credentials", "Cryptography", "Storage",
            ], path: "Tests/EndToEndTests", exclude: ["Catalog"], swiftSettings: swiftSettings),
        tests("StorageTests", ["Models", "Storage", "StorageConformance", "Service"]),
        tests("ModelsTests", ["Models"]),
        tests(
            "TopicDocumentTests",
            ["Models", "YAML", "JSON", "Storage", "Kafka", "Connections", "Processor", "Scheduler"]),
        tests(
            "SchedulerTests",
            [
                "Scheduler", "Models", "Storage", "Service", "HTTPClient", "JSON", "Kafka", "Cryptography",
                "RawHTTPServer",
            ]),
        support("Exchanges", ["Catalog", "Models", "JSON", "YAML", "Cryptography", "HTTPClient"]),
        tests(
            "CatalogTests",
            ["Catalog", "Models", "JSON", "YAML", "Cryptography", "Exchanges", "SampleKeys", "SamplePackings"],
            exclude: ["Broken"]),
        shared("ProcessorConformance", ["Models", "Storage", "Processor"], path: "Tests/Support/ProcessorConformance"),
        tests(
            "ProcessorTests", ["Models", "Storage", "Processor", "ProcessorConformance", "Service", "Kafka", "Catalog"]),
        tests(
            "ProviderTests",
            [
                "Catalog", "Credentials", "Cryptography", "Exchanges", "HTTPClient", "JSON", "Kafka", "Models",
                "Operator", "Processor", "RawHTTPServer", "Retriever", "Service", "Storage",
            ]),
        tests(
            "OperatorTests",
            [
                "Catalog", "Cryptography", "Exchanges", "HTTPClient", "JSON", "Models", "Operator", "Service",
                "Storage",
                "YAML",
            ]),
        tests("HTTPServerTests", ["HTTPServer"]),
        tests("ServiceTests", ["Service", "Models", "HTTPServer", "MemoryAllocator"]),
        tests("ArchitectureTests", []),
        tests(
            "RetrieverTests",
            [
                "Retriever", "Models", "Storage", "Catalog", "Credentials", "Cryptography", "HTTPClient", "JSON",
                "Service", "YAML",
            ]),
        tests("PostgresTests", ["Postgres", "Models"]),
        tests("MigrationsTests", ["Migrations"]),
        tests("JSONTests", ["JSON"]),
        tests("YAMLTests", ["YAML"]),
        support("SamplePackings"),
        tests("ArchivesTests", ["Archives", "SamplePackings"]),

        // Tests against real services, named by environment variables.
        .target(
            name: "PostgresHarness", dependencies: ["Postgres"], path: "Tests/Support/PostgresHarness",
            swiftSettings: swiftSettings),
        tests(
            "IntegrationTests",
            [
                "StorageConformance", "Models", "Postgres", "PostgresHarness", "Storage", "Migrations", "Kafka",
                "KafkaConformance", "Processor", "ProcessorConformance", "Service",
            ]),
        shared("KafkaConformance", ["Models", "Kafka"], path: "Tests/Support/KafkaConformance"),
        tests("KafkaTests", ["Models", "Kafka", "KafkaConformance", "CRdKafka"]),
        support("RawHTTPServer"),
        tests("HTTPClientTests", ["HTTPClient", "Models", "RawHTTPServer"]),
        tests("CryptographyTests", ["Cryptography", "CCrypto", "SampleKeys"]),
        support("SampleKeys"),
        tests(
            "CredentialsTests",
            ["Credentials", "Catalog", "Cryptography", "HTTPClient", "JSON", "Models", "Service", "Storage", "YAML"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

// Decision 0023: built only where deploy/bench asks for it, so that a plain build never pays for the benchmarks.
if Context.environment["TRIBUTARY_BENCHMARKS"] != nil {
    package.targets.append(
        .executableTarget(
            name: "tributary-bench",
            dependencies: [
                "Models", "Storage", "Postgres", "PostgresHarness", "Pipeline", "Kafka", "HTTPClient", "JSON",
            ], path: "Tests/Benchmarks", exclude: ["Catalog", "RESULTS.md"], swiftSettings: swiftSettings))
}
