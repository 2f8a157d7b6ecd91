import Foundation

/// The languages that come with the program.
public enum AlertLanguage: String, Hashable, Sendable, CaseIterable {
    case en, de
}
