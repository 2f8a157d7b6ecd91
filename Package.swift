// swift-tools-version: 6.2
// Aislewatch: watches warehouse cameras, saves only what happened, texts a person at once.
import PackageDescription

/// Every target: warnings fail the build.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// Targets with per-pixel loops: a debug build of those is 30 to 70 times slower, too slow for tests on real frames.
let pixels: [SwiftSetting] = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// Where the OpenVINO libraries lie: beside an installed binary, or in the checkout (scripts/fetch-runtime.sh).
let runtimePaths = ["$ORIGIN/../lib/openvino", "\(Context.packageDirectory)/.runtime/openvino/lib"]
let runtimeSearch: [LinkerSetting] = [
    .unsafeFlags(["-L\(Context.packageDirectory)/.runtime/openvino/lib"]),
    .unsafeFlags(runtimePaths.flatMap { ["-Xlinker", "-rpath", "-Xlinker", $0] }),
]

func product(_ name: String, _ package: String) -> Target.Dependency {
    .product(name: name, package: package)
}

let package = Package(
    name: "aislewatch",
    products: [.executable(name: "aislewatch", targets: ["aislewatch"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C libraries: module maps and thin shims, no logic.
        .systemLibrary(
            name: "CFFmpeg", pkgConfig: "libavformat libavcodec libswscale libavutil",
            providers: [.apt(["libavformat-dev", "libavcodec-dev", "libswscale-dev", "libavutil-dev"])]),
        .target(name: "CFFmpegShim", dependencies: ["CFFmpeg"]),
        .systemLibrary(
            name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "COpenVINO", pkgConfig: "openvino_c"),
        // Mail, because libcurl speaks SMTP with TLS and authentication, and downloads, because it knows proxies; its options
        // are set by a variadic function, which Swift can't call.
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        // What gzip is made with; swift-nio-extras has the same only as a channel handler, which would compress clips too.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),

        // Loops over pixels, which the C compiler makes vectors of; a debug build of them would be too slow as well.
        .target(name: "CMotion", cSettings: [.unsafeFlags(["-O3"])]),

        // Modules, in the order in which the data goes.
        .target(name: "Domain", swiftSettings: pixels),
        .target(
            name: "Settings",
            dependencies: ["Domain", "Incidents", product("Yams", "Yams")], swiftSettings: strict),
        .target(
            name: "Media",
            dependencies: ["Domain", "CFFmpeg", "CFFmpegShim", "CTurboJPEG", product("Logging", "swift-log")],
            swiftSettings: pixels),
        .target(
            name: "Vision",
            dependencies: ["Domain", "Media", "CMotion", "COpenVINO", product("Crypto", "swift-crypto")],
            swiftSettings: pixels, linkerSettings: runtimeSearch),
        .target(
            name: "Models",
            dependencies: ["Domain", "CCurl", product("Crypto", "swift-crypto"), product("Yams", "Yams")],
            swiftSettings: strict),
        .target(name: "Incidents", dependencies: ["Domain"], swiftSettings: strict),
        .target(
            name: "Storage",
            dependencies: [
                "Domain", product("GRDB", "GRDB.swift"), product("Crypto", "swift-crypto"),
                product("CryptoExtras", "swift-crypto"),
            ],
            swiftSettings: strict),
        .target(
            name: "Recording",
            dependencies: [
                "Domain", "Media", "Storage", "CArchive", product("Crypto", "swift-crypto"),
                product("Logging", "swift-log"), product("ServiceLifecycle", "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(
            name: "Camera",
            dependencies: [
                "Domain", "Settings", "Media", "Vision", "Incidents", "Storage", "Recording",
                product("ServiceLifecycle", "swift-service-lifecycle"), product("Logging", "swift-log"),
            ],
            swiftSettings: strict),
        .target(
            name: "Alerts",
            dependencies: [
                "Domain", "Settings", "Storage", "CCurl", "CMosquitto", product("AsyncHTTPClient", "async-http-client"),
                product("Crypto", "swift-crypto"), product("Logging", "swift-log"),
                product("ServiceLifecycle", "swift-service-lifecycle"),
            ],
            resources: [.embedInCode("Text/Languages")], swiftSettings: strict),
        .target(
            name: "Verification",
            dependencies: [
                "Domain", "Media", "Storage", "Alerts", product("AsyncHTTPClient", "async-http-client"),
                product("Logging", "swift-log"),
            ],
            swiftSettings: strict),
        .target(
            name: "Web",
            dependencies: [
                "CZlib", "Domain", "Storage", product("Hummingbird", "hummingbird"),
                product("HummingbirdCore", "hummingbird"),
                product("HummingbirdTLS", "hummingbird"), product("Crypto", "swift-crypto"),
                product("CryptoExtras", "swift-crypto"), product("AsyncHTTPClient", "async-http-client"),
                product("Logging", "swift-log"), product("ServiceLifecycle", "swift-service-lifecycle"),
            ],
            // Read at run time (see Assets), so that pages can be edited without a build.
            exclude: ["Assets"], swiftSettings: strict),
        .target(
            name: "Evaluation", dependencies: ["Domain", "Media", "Incidents", "Camera", "Vision"],
            swiftSettings: pixels),
        .target(
            name: "App",
            dependencies: [
                "Domain", "Settings", "Media", "Vision", "Incidents", "Camera", "Storage", "Recording", "Alerts",
                "Verification", "Web", product("ServiceLifecycle", "swift-service-lifecycle"),
                product("UnixSignals", "swift-service-lifecycle"), product("Logging", "swift-log"),
                product("Crypto", "swift-crypto"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "aislewatch",
            dependencies: [
                "App", "Camera", "Alerts", "Models", "Recording", "Evaluation", "Settings", "Verification",
                product("ArgumentParser", "swift-argument-parser"),
            ],
            swiftSettings: strict, linkerSettings: runtimeSearch),

        // Tests mirror the modules.
        .target(name: "TestSupport", dependencies: ["Domain"], path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "DomainTests", dependencies: ["Domain", "TestSupport"], swiftSettings: strict),
        // Files of earlier versions are read from the checkout.
        .testTarget(
            name: "SettingsTests",
            dependencies: ["Settings", "Alerts", "Incidents", product("Yams", "Yams")],
            exclude: ["Configurations"],
            swiftSettings: strict),
        .testTarget(name: "MediaTests", dependencies: ["Media", "TestSupport"], swiftSettings: pixels),
        // Stands before the C library's own allocation functions in the test program.
        .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
        .testTarget(
            name: "VisionTests", dependencies: ["Vision", "CMotion", "TestSupport", "CAllocationCounter"],
            // Read from the checkout.
            exclude: ["Published/Recorded"], swiftSettings: pixels,
            linkerSettings: runtimeSearch),
        .testTarget(name: "ModelsTests", dependencies: ["Models", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "IncidentsTests", dependencies: ["Incidents", "TestSupport"], resources: [.copy("Recordings")],
            swiftSettings: strict),
        .testTarget(
            name: "CameraTests", dependencies: ["Camera", "TestSupport"], swiftSettings: pixels,
            linkerSettings: runtimeSearch),
        .testTarget(
            name: "StorageTests", dependencies: ["Storage", "TestSupport", product("GRDB", "GRDB.swift")],
            exclude: ["Earlier"], swiftSettings: strict),
        // Killed by a test of RecordingTests, again and again.
        .executableTarget(
            name: "KillWorker",
            dependencies: ["Domain", "Media", "Storage", "Recording", "Alerts", product("Logging", "swift-log")],
            path: "Tests/KillWorker", swiftSettings: strict),
        .testTarget(name: "RecordingTests", dependencies: ["Recording", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "AlertsTests",
            dependencies: [
                "Alerts", "Domain", "Storage", "TestSupport", product("Crypto", "swift-crypto"),
                product("Logging", "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "VerificationTests",
            dependencies: [
                "Verification", "Alerts", "Domain", "Storage", "TestSupport", product("Logging", "swift-log"),
            ],
            swiftSettings: pixels),
        .testTarget(
            name: "WebTests",
            dependencies: [
                "Web", "Storage", "TestSupport", product("GRDB", "GRDB.swift"),
                product("Hummingbird", "hummingbird"), product("HummingbirdTesting", "hummingbird"),
                product("CryptoExtras", "swift-crypto"),
                product("ServiceLifecycle", "swift-service-lifecycle"), product("Yams", "Yams"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EvaluationTests", dependencies: ["Evaluation", "TestSupport"], swiftSettings: pixels,
            linkerSettings: runtimeSearch),
        .testTarget(
            name: "AppTests",
            dependencies: [
                "App", "Camera", "TestSupport", product("Crypto", "swift-crypto"),
                product("ServiceLifecycle", "swift-service-lifecycle"),
            ],
            swiftSettings: strict,
            linkerSettings: runtimeSearch),
    ],
    swiftLanguageModes: [.v6]
)

// `make test SUITE=MediaTests` builds and links only what that suite needs: seconds instead of minutes.
if let wanted = Context.environment["AISLEWATCH_TESTS"]?.split(separator: ",").map(String.init), !wanted.isEmpty {
    package.targets.removeAll { $0.isTest && !wanted.contains($0.name) }
}
