import Hummingbird

/// What is known of a request beside its text.
struct WebContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The address of the other end; a proxy's where there is one.
    let clientAddress: String
    /// Drops the connection.
    let close: @Sendable () -> Void

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        let channel = source.channel
        clientAddress = channel.remoteAddress?.ipAddress ?? "unknown"
        close = { channel.close(promise: nil) }
    }
}
