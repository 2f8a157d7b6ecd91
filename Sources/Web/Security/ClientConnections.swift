import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes
import Synchronization

/// How many connections may be open and how slow they may be, so that nobody can take the pages away from the others.
struct ConnectionLimits: Sendable {
    /// At once from one address (an IPv4 address or a /64 of IPv6), and from all addresses together, as long as nobody has
    /// signed in on them. A browser opens six.
    var perAddress = 32
    var strangers = 128
    /// The same for this machine and for trusted proxies, which speak for many.
    var perLocalAddress = 96
    var locals = 128
    /// At once of one account or token, and of all who are signed in. Nobody else can take these.
    var perAccount = 64
    var signedIn = 192

    /// What counts as local.
    var local = ["127.0.0.0/8", "::1"].compactMap(AddressRange.init)

    /// Seconds from the connection's begin to the end of a request's head; after an answer twice as long.
    var headSeconds = 20
    /// Seconds from there to the end of its body.
    var bodySeconds = 30
    /// An answer of which the client takes nothing for so long is cut off.
    var stalledSeconds = 30

    /// Kept small by the system, so that it shows soon when a client takes nothing (it tells of room only when a third of
    /// this is free): a client that takes 3 kB a second is never cut off.
    static let sendBufferBytes: Int32 = 128 << 10

    var all: Int { strangers + locals + signedIn }
}

/// The connections that are open, by whom they count for.
///
/// A new connection is refused only where all others of its kind are being answered. Else the one that has waited for the
/// longest time for its client to say something is closed in its favour: first of its own address, and when all strangers
/// together are too many, of the address that has most. So whoever opens thousands and is silent takes them from himself.
final class ClientConnections: Sendable {
    /// Whom a connection counts for.
    private enum Owner: Hashable {
        case stranger(String)
        case local(String)
        case account(String)
    }

    private struct Entry {
        var owner: Owner
        /// Since which turn it has been waiting for its client; nil while it is answered.
        var waitingSince: Int?
        var close: @Sendable () -> Void
    }

    private struct State {
        var turn = 0
        var entries: [ObjectIdentifier: Entry] = [:]

        mutating func nextTurn() -> Int {
            turn += 1
            return turn
        }

        /// The one that has waited for the longest time.
        func longestWaiting(where isMeant: (Owner) -> Bool) -> ObjectIdentifier? {
            entries.filter { $0.value.waitingSince != nil && isMeant($0.value.owner) }
                .min { ($0.value.waitingSince ?? 0) < ($1.value.waitingSince ?? 0) }?.key
        }
    }

    let limits: ConnectionLimits
    private let state = Mutex(State())

    init(_ limits: ConnectionLimits) { self.limits = limits }

    var count: Int { state.withLock { $0.entries.count } }

    /// Counts a new connection, and makes room for it where it must.
    /// - Returns: False when there is no room: the caller closes it.
    func open(_ id: ObjectIdentifier, address: String, close: @escaping @Sendable () -> Void) -> Bool {
        let owner = owner(of: address)
        let (isLetIn, victim) = state.withLock { state -> (Bool, (@Sendable () -> Void)?) in
            var victim: (@Sendable () -> Void)?
            if let full = isFull(for: owner, state) {
                guard let id = state.longestWaiting(where: full) else { return (false, nil) }
                victim = state.entries.removeValue(forKey: id)?.close
            }
            let turn = state.nextTurn()
            state.entries[id] = Entry(owner: owner, waitingSince: turn, close: close)
            return (true, victim)
        }
        victim?()
        return isLetIn
    }

    /// - Parameter isWaiting: Whether the next step is the client's: to send a request, or the rest of one.
    func set(_ id: ObjectIdentifier, isWaiting: Bool) {
        state.withLock { state in
            guard let entry = state.entries[id], (entry.waitingSince != nil) != isWaiting else { return }
            let turn = state.nextTurn()
            state.entries[id]?.waitingSince = isWaiting ? turn : nil
        }
    }

    /// Somebody who may be here has sent a request: the connection counts for him alone from now on, as far as he has not
    /// too many already.
    func signIn(_ id: ObjectIdentifier, as name: String) {
        let owner = Owner.account(name)
        state.withLock { state in
            guard let entry = state.entries[id], entry.owner != owner else { return }
            let own = state.entries.values.count { $0.owner == owner }
            let all = state.entries.values.count { if case .account = $0.owner { true } else { false } }
            guard own < limits.perAccount, all < limits.signedIn else { return }
            state.entries[id]?.owner = owner
        }
    }

    func close(_ id: ObjectIdentifier) { state.withLock { _ = $0.entries.removeValue(forKey: id) } }

    private func owner(of address: String) -> Owner {
        guard let network = NetworkAddress(address) else { return .local(address) }
        return limits.local.contains { $0.contains(network) } ? .local(network.limitKey) : .stranger(network.limitKey)
    }

    /// - Returns: Nil where there is room; else whose connections may be closed to make some.
    private func isFull(for owner: Owner, _ state: State) -> ((Owner) -> Bool)? {
        let isLocal = if case .local = owner { true } else { false }
        var counts: [Owner: Int] = [:]
        for entry in state.entries.values {
            switch entry.owner {
            case .local where isLocal, .stranger where !isLocal: counts[entry.owner, default: 0] += 1
            default: break
            }
        }
        if counts[owner, default: 0] >= (isLocal ? limits.perLocalAddress : limits.perAddress) {
            return { $0 == owner }
        }
        guard counts.values.reduce(0, +) >= (isLocal ? limits.locals : limits.strangers) else { return nil }
        // Of those that have something to give, the one with most.
        let waiting = Set(state.entries.values.filter { $0.waitingSince != nil }.map(\.owner))
        guard let greediest = counts.filter({ waiting.contains($0.key) }).max(by: { $0.value < $1.value })?.key else {
            return { _ in false }
        }
        return { $0 == greediest }
    }
}

/// One connection: counted among the others, and dropped when its client is too slow to say what it wants, or to take what
/// it is sent. A request's head and its body each have a time limit, however steadily single bytes drip in. An answer may
/// take as long as it likes, as long as its reader reads.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let connections: ClientConnections
    private var limits: ConnectionLimits { connections.limits }
    private var isCounted = false
    /// Whether a request has begun and not come to its end.
    private var isReading = false
    /// Answers that have not come to their end.
    private var owed = 0
    private var deadline: Scheduled<Void>?
    private var stall: Scheduled<Void>?

    init(_ connections: ClientConnections) { self.connections = connections }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard !isCounted else { return }
        isCounted = true
        let channel = context.channel
        guard
            connections.open(
                ObjectIdentifier(channel), address: channel.remoteAddress?.ipAddress ?? "unknown",
                close: { channel.close(promise: nil) })
        else {
            context.close(promise: nil)
            return
        }
        try? channel.syncOptions?.setOption(.socketOption(.so_sndbuf), value: .init(ConnectionLimits.sendBufferBytes))
        arm(context, seconds: limits.headSeconds)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            owed += 1
            isReading = true
            arm(context, seconds: limits.bodySeconds)
        case .body: break
        case .end:
            isReading = false
            // The answer may be an endless stream, on which nothing more comes in.
            disarm()
            connections.set(ObjectIdentifier(context.channel), isWaiting: owed == 0)
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            owed -= 1
            if owed == 0 {
                connections.set(ObjectIdentifier(context.channel), isWaiting: true)
                // The next request on this connection.
                arm(context, seconds: 2 * limits.headSeconds)
            }
        }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            stall?.cancel()
            stall = nil
        } else if stall == nil {
            watch(context, before: waitingBytes(context))
        }
        context.fireChannelWritabilityChanged()
    }

    /// Looks again after a while whether the client has taken something of what waits for it.
    private func watch(_ context: ChannelHandlerContext, before: Int) {
        stall = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(Int64(limits.stalledSeconds))) { [self] in
            let now = waitingBytes(context)
            if now < before {
                watch(context, before: now)
            } else {
                context.close(promise: nil)
            }
        }
    }

    private func waitingBytes(_ context: ChannelHandlerContext) -> Int {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(context)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end(context) }

    private func end(_ context: ChannelHandlerContext) {
        disarm()
        stall?.cancel()
        stall = nil
        connections.close(ObjectIdentifier(context.channel))
    }

    private func arm(_ context: ChannelHandlerContext, seconds: Int) {
        disarm()
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) { channel.close(promise: nil) }
    }

    private func disarm() {
        deadline?.cancel()
        deadline = nil
    }
}
