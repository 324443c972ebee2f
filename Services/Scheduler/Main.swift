import Connections
import Service

/// The scheduler: finds what is due, rings for it, and closes what is proven complete.
@main
struct Main {
    static func main() async {
        await ServiceProgram(
            name: "scheduler", summary: "finds the Integration Objects that are due and opens and closes their runs",
            settings: ConnectionSettings.all + [ConnectionSettings.catalog] + SchedulerSettings.all + AlertSettings.all,
            port: 8081,
            build: Scheduler.services
        ).main()
    }
}
