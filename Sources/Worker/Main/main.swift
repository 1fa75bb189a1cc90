import Glibc
import WorkerCore

exit(WorkerCommand.run(CommandLine.arguments))
