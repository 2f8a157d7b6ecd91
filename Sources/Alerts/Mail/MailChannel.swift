public import Domain
import Foundation

/// E-mail with the picture inline. After an attempt of unknown outcome it goes out again under the same Message-ID, which
/// mail programs show once.
public struct MailChannel: AlertChannel, CustomStringConvertible {
    public let name: String
    private let from: String
    private let footer: String
    private let transfer: SMTPTransfer
    private let clock: any WallClock

    private static let maximumPictureBytes = 400_000

    /// - Parameters:
    ///   - from: The sender's address.
    ///   - footer: The line below the text: who sends this.
    public init(name: String, server: SMTPServer, from: String, footer: String, clock: any WallClock = SystemClock()) {
        self.name = name
        self.from = from
        self.footer = footer
        self.clock = clock
        transfer = SMTPTransfer(server)
    }

    public var description: String { "mail channel \(name)" }

    public func send(_ delivery: AlertDelivery) async throws(AlertError) -> AlertReceipt {
        let picture = await delivery.picture(maximumBytes: Self.maximumPictureBytes)
        let text = delivery.message.alert.text
        let mail = MailMessage(
            from: from, recipient: delivery.message.alert.recipient, subject: delivery.subject,
            text: text + "\r\n\r\n-- \r\n" + footer + "\r\n",
            html: MailHTML.page(
                text: delivery.textWithoutLink, link: delivery.link, button: delivery.buttonText,
                hasPicture: picture != nil, footer: footer),
            picture: picture, key: delivery.message.idempotencyKey, date: clock.now())
        try await transfer.send(
            from: MailMessage.address(from), to: MailMessage.address(delivery.message.alert.recipient), mail.data)
        return .delivered
    }
}
