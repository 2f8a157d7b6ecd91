/// Whether somebody waits for what this task asks of the network: a click goes before frames that are looked at all the
/// time anyway.
public enum InferencePriority {
    @TaskLocal public static var isUrgent = false
}
