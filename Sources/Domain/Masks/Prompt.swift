/// What a person or the proposals say about an object in one frame. All positions are pixels of that frame.
public struct Prompt: Hashable, Sendable, Codable {
    /// Points on the object.
    public var positive: [Point]
    /// Points that are not on the object.
    public var negative: [Point]
    /// A box around the object.
    public var box: Region?
    /// A rough or exact mask of the object, of the frame's size.
    public var mask: Mask?

    public init(positive: [Point] = [], negative: [Point] = [], box: Region? = nil, mask: Mask? = nil) {
        self.positive = positive
        self.negative = negative
        self.box = box
        self.mask = mask
    }

    /// One click on the object.
    public static func click(_ point: Point) -> Prompt { Prompt(positive: [point]) }

    public var isEmpty: Bool { positive.isEmpty && negative.isEmpty && box == nil && mask == nil }
}
