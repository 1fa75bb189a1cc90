// swift-tools-version: 6.2
import PackageDescription

/// Language settings of every target: what Swift will ask for tomorrow is asked for today.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// OpenBLAS is linked from its archive: nothing needs to be installed where a worker runs.
let staticOpenBLAS: [LinkerSetting] = [.unsafeFlags(["-Xlinker", "-l:libopenblas.a"])]

/// A sanitizer's run-time library cannot be linked into a fully static program: `make asan` and
/// `make ubsan` leave the worker out, and the tests that start programs with it.
let isSanitizing = Context.environment["PHASEGRID_SANITIZING"] != nil

/// Swift traps on undefined behaviour by itself; the C loops do when they are told to.
let trapUndefined: [CSetting] =
  Context.environment["PHASEGRID_SANITIZING"] == "undefined"
  ? [.unsafeFlags(["-fsanitize=undefined", "-fsanitize-trap=undefined"])] : []

let worker = Target.executableTarget(
  name: "Worker",
  dependencies: ["WorkerCore"],
  path: "Sources/Worker/Main",
  swiftSettings: strict,
  linkerSettings: staticOpenBLAS + [.unsafeFlags(["-static-executable"])]
)

let package = Package(
  name: "phasegrid",
  products: [
    .executable(name: "phasegrid", targets: ["Coordinator"])
  ] + (isSanitizing ? [] : [.executable(name: "phasegrid-worker", targets: ["Worker"])]),
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    // The worker's side: what a node runs.
    .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev"])]),
    .target(
      name: "CKernel",
      cSettings: [.unsafeFlags(["-O2"], .when(configuration: .debug))] + trapUndefined
    ),
    .target(
      name: "Protocol",
      // Whole worker programs are digested before they are sent: ten seconds without it.
      swiftSettings: strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]
    ),
    .target(
      name: "Kernel",
      dependencies: ["Protocol", "CKernel", "COpenBLAS"],
      swiftSettings: strict + [
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
        .unsafeFlags(["-O"], .when(configuration: .debug)),
      ]
    ),
    .target(
      name: "WorkerCore",
      dependencies: ["Protocol", "Kernel"],
      path: "Sources/Worker/Core",
      swiftSettings: strict
    ),
    // The coordinator's side: what the researcher runs.
    .target(
      name: "Planning",
      dependencies: ["Protocol", .product(name: "Yams", package: "Yams")],
      path: "Sources/Coordinator/Planning",
      swiftSettings: strict
    ),
    .target(
      name: "Scheduling",
      dependencies: ["Protocol"],
      path: "Sources/Coordinator/Scheduling",
      // Ten thousand schedules are played in its tests: minutes without it.
      swiftSettings: strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]
    ),
    .systemLibrary(name: "CLibSSH", pkgConfig: "libssh", providers: [.apt(["libssh-dev"])]),
    .target(
      name: "Transport",
      dependencies: ["Protocol", "CLibSSH"],
      path: "Sources/Coordinator/Transport",
      swiftSettings: strict
    ),
    .target(
      name: "CatalogStore",
      dependencies: ["Protocol", "Planning", .product(name: "GRDB", package: "GRDB.swift")],
      path: "Sources/Coordinator/CatalogStore",
      swiftSettings: strict
    ),
    .target(
      name: "Diagrams",
      dependencies: ["Protocol", "Planning", "CatalogStore"],
      path: "Sources/Coordinator/Diagrams",
      swiftSettings: strict
    ),
    .target(
      name: "Orchestration",
      dependencies: ["Protocol", "Planning", "Scheduling", "Transport", "CatalogStore"],
      path: "Sources/Coordinator/Orchestration",
      swiftSettings: strict
    ),
    .executableTarget(
      name: "Coordinator",
      dependencies: [
        "Protocol", "Orchestration", "Planning", "Scheduling", "Transport", "CatalogStore",
        "Diagrams",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/Coordinator/Command",
      swiftSettings: strict
    ),

    // Tests.
    .target(
      name: "TestSupport",
      dependencies: ["Protocol"],
      path: "Tests/TestSupport",
      swiftSettings: strict
    ),
    .testTarget(
      name: "ProtocolTests",
      dependencies: ["Protocol", "TestSupport"],
      exclude: ["Golden"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "KernelTests",
      dependencies: ["Kernel", "Protocol", "TestSupport"],
      exclude: ["Golden"],
      swiftSettings: strict,
      linkerSettings: staticOpenBLAS
    ),
    .testTarget(
      name: "WorkerTests",
      dependencies: ["WorkerCore", "Protocol", "TestSupport"],
      exclude: ["Golden"],
      swiftSettings: strict,
      linkerSettings: staticOpenBLAS
    ),
    .testTarget(
      name: "PlanningTests",
      dependencies: ["Planning", "Protocol", "TestSupport"],
      exclude: ["Golden"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "SchedulingTests",
      dependencies: ["Scheduling", "Protocol", "TestSupport"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "CatalogStoreTests",
      dependencies: [
        "CatalogStore", "Planning", "Protocol", "TestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      exclude: ["Golden"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "DiagramsTests",
      dependencies: ["Diagrams", "CatalogStore", "Planning", "Protocol", "TestSupport"],
      exclude: ["Golden"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "TransportTests",
      dependencies: ["Transport", "Protocol", "TestSupport"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "OrchestrationTests",
      dependencies: [
        "Orchestration", "CatalogStore", "Planning", "Scheduling", "Transport", "Protocol",
        "TestSupport",
      ],
      swiftSettings: strict
    ),
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["Protocol", "TestSupport", .product(name: "GRDB", package: "GRDB.swift")],
      exclude: ["Golden"],
      swiftSettings: strict
    ),
    .testTarget(name: "TidyTests", swiftSettings: strict),
  ] + (isSanitizing ? [] : [worker]),
  swiftLanguageModes: [.v6]
)
