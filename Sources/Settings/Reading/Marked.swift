/// A value and where it stands in the file.
struct Marked<Value> {
    var value: Value
    var mark: Position
}
