@main
struct Main {
    static func main() async {
        await OperatorProgram.program.main()
    }
}
