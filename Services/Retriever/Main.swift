import Connections
import Service

/// The retriever: claims runs, walks the providers' pages and sends their records.
@main
struct Main {
    static func main() async {
        await ServiceProgram(
            name: "retriever", summary: "claims sync runs and retrieves their records from the providers",
            settings: ConnectionSettings.all + [ConnectionSettings.catalog] + RetrieverSettings.all
                + OutboundSettings.all, port: 8082,
            build: Retriever.services
        ).main()
    }
}
