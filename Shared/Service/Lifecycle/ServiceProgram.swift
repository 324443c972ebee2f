import Dispatch
import FoundationEssentials
import Glibc
import HTTPServer
import MemoryAllocator
import Models

/// The outside of a service's program: configuration, log, HTTP server, signals, drain and exit code.
public struct ServiceProgram: Sendable {
    private let name: String
    private let summary: String
    private let settings: [any SettingDeclaration]
    private let build: @Sendable (ServiceContext) async throws -> [any Service]

    /// A program called `name`.
    /// - Parameters:
    ///   - settings: its own settings; those of `StandardSettings.all` are added.
    ///   - port: the default of the HTTP server's port.
    ///   - build: makes the services. The HTTP server runs already, so it may wait for a database; it is cancelled if
    ///     the program is told to end meanwhile.
    public init(
        name: String, summary: String, settings: [any SettingDeclaration], port: Int,
        build: @escaping @Sendable (ServiceContext) async throws -> [any Service]
    ) {
        self.name = name
        self.summary = summary
        self.settings =
            settings
            + StandardSettings.all.map { setting in
                setting.name == StandardSettings.httpPort.name
                    ? StandardSettings.httpPort.withDefault("\(port)") : setting
            }
        self.build = build
    }

    /// Runs the process's arguments and ends the process: 0 after a clean drain, 64 for a wrong call, else 1.
    public func main() async -> Never {
        let signals = ProcessSignals()
        // Whoever does not even react to being abandoned is not waited for.
        signals.abandon.onShutdown {
            DispatchQueue.global().asyncAfter(deadline: .now() + 3) { _exit(ExitCode.failure.rawValue) }
        }
        let code = await run(
            Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment,
            terminal: StandardTerminal(), shutdown: signals.shutdown, abandon: signals.abandon)
        LogSystem.shared.flush()
        // Not `exit`: what still runs after an abandoned drain must not meet half-destroyed globals.
        _exit(code.rawValue)
    }

    /// Runs `arguments` (without the program's name).
    public func run(
        _ arguments: [String], environment: [String: String], terminal: any Terminal, shutdown: ShutdownSignal,
        abandon: ShutdownSignal, log: LogSystem = .shared
    ) async -> ExitCode {
        if arguments.contains("--help") || arguments.contains("-h") {
            terminal.print(help)
            return .success
        }
        if arguments.contains("--help-markdown") {
            terminal.print(SettingsHelp.markdown(settings))
            return .success
        }
        if arguments.contains("--version") {
            terminal.print("\(name) \(BuildVersion.current)")
            return .success
        }
        do throws(ConfigurationError) {
            let isHealthCheck = arguments.first == "healthcheck"
            // The check needs the port only; it must not ask for what only the service needs.
            let table = isHealthCheck ? settings.filter { $0.name == StandardSettings.httpPort.name } : settings
            let configuration = try Configuration.load(table, arguments: arguments, environment: environment)
            if isHealthCheck {
                let isHealthy = await HealthProbe.isHealthy(port: configuration[StandardSettings.httpPort])
                return isHealthy ? .success : .failure
            }
            if let unknown = configuration.positionals.first {
                throw ConfigurationError(problems: ["\(unknown) is not understood: the only command is healthcheck"])
            }
            return await serve(configuration, shutdown, abandon, log)
        } catch {
            for problem in error.problems { terminal.complain("\(name): \(problem)") }
            terminal.complain("`\(name) --help` explains the settings")
            return .usage
        }
    }

    private func serve(
        _ configuration: Configuration, _ shutdown: ShutdownSignal, _ abandon: ShutdownSignal, _ log: LogSystem
    ) async -> ExitCode {
        let clock = SystemClock()
        let instance = "\(name)-\(PublicID(now: clock.now))"
        log.configure(
            format: configuration[StandardSettings.logFormat], levels: configuration[StandardSettings.logLevel],
            base: [.service: .text(name), .instance: .text(instance)])
        let logger = Logger(label: name, system: log)
        for warning in configuration.warnings { logger.warning("configuration", [.warning: .text(warning)]) }
        let (health, metrics, routes) = (Health(clock: clock), Metrics.shared, LiveRouter())
        let started = health.check("start")
        let deadline = configuration[StandardSettings.shutdownDeadline]
        shutdown.onShutdown {
            started.notReady("the service is shutting down")
            // The group keeps the deadline of its services; this one also bounds whoever is still being built.
            let limit = Double(deadline.microseconds) / 1e6 + 1
            DispatchQueue.global().asyncAfter(deadline: .now() + limit) { abandon.trigger() }
        }
        MemoryAllocator.releaseInBackground()
        ProcessMetrics.add(to: metrics)
        metrics.gauge(
            "tributary_build_info", "The version, as a label.", ["version": BuildVersion.current, "service": name]
        ).set(1)
        routes.change { $0.addHealth(health, metrics: metrics) }
        let server: HTTPServer
        do {
            server = try HTTPServer(
                .init(
                    address: configuration[StandardSettings.httpAddress],
                    port: configuration[StandardSettings.httpPort]),
                report: { HTTPServerFaultLog.write($0, Logger(label: "http", system: log)) }, handler: routes.handle)
        } catch {
            logger.error("the HTTP server cannot start", [.error: .error(error)])
            return .failure
        }
        logger.info("started", [.version: .text(BuildVersion.current), .port: .int(server.port)])
        for line in configuration.description.split(separator: "\n") {
            logger.debug("setting", [.setting: .text(String(line))])
        }
        let context = ServiceContext(
            configuration: configuration, health: health, metrics: metrics, clock: clock, instance: instance,
            port: server.port, routes: routes)
        let code = await run(context, started, shutdown, abandon, logger)
        await server.stop(grace: abandon.isShuttingDown ? .zero : .seconds(2))
        logger.info("ended", [.exitCode: .int(code.rawValue)])
        return code
    }

    private func run(
        _ context: ServiceContext, _ started: HealthCheck, _ shutdown: ShutdownSignal, _ abandon: ShutdownSignal,
        _ logger: Logger
    ) async -> ExitCode {
        let services: [any Service]
        do {
            services = try await shutdown.cancelling { try await build(context) }
        } catch {
            if shutdown.isShuttingDown { return .success }
            logger.error("the service cannot start", [.error: .error(error)])
            return .failure
        }
        if !shutdown.isShuttingDown { started.ready() }
        let group = ServiceGroup(services, deadline: context[StandardSettings.shutdownDeadline], logger: logger)
        switch await group.run(until: shutdown, abandon: abandon) {
        case .drained: return .success
        case .failed: return .failure
        case .abandoned(let names):
            logger.error("services had not ended in time", [.service: .text(names.joined(separator: ", "))])
            return .failure
        }
    }

    private var help: String {
        """
        \(name): \(summary)

        usage: \(name) [flags]
               \(name) healthcheck [--http-port PORT]    asks a running \(name) whether it is alive; exits 0 or 1

        Settings (environment, then the file of --config or TRIBUTARY_CONFIG, then flags; later wins):
        \(SettingsHelp.text(settings))
        """
    }
}
