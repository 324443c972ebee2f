import Connections
import Service

@main
struct Main {
    static func main() async {
        await ServiceProgram(
            name: "processor",
            summary: "stores Interactions, matches accounts and contacts, and publishes what changed",
            settings: ConnectionSettings.all + ProcessorSettings.all, port: 8080, build: Processor.build
        ).main()
    }
}
