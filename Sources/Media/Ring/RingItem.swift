/// A packet and how to decode it.
public struct RingItem: Sendable {
    public let packet: Packet
    public let parameters: StreamParameters

    public init(packet: Packet, parameters: StreamParameters) {
        self.packet = packet
        self.parameters = parameters
    }
}
