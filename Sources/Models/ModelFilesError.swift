/// What is wrong with a model's files, in one line that names the file and the way out.
public enum ModelFilesError: Error, Hashable, CustomStringConvertible {
    case registryInvalid(path: String, reason: String)
    case unknownModel(name: String, known: [String])

    case fileMissing(path: String)
    case fileUnreadable(path: String, reason: String)
    case wrongSize(path: String, expected: Int64, found: Int64)
    case wrongHash(path: String, kind: String, expected: String, found: String)

    /// The server or the proxy can't be reached.
    case offline(host: String, reason: String)
    case refused(url: String, status: Int)
    /// The server's file is not the registry's: it says so itself, before anything is read.
    case anotherFile(url: String, expectedBytes: Int64, offeredBytes: Int64)
    /// More bytes come than the file has.
    case endless(url: String, expectedBytes: Int64)
    /// It broke off again and again; what has come is kept.
    case brokenOff(url: String, gotBytes: Int64, reason: String)
    /// What came whole is not what the registry or the lock says; it was thrown away.
    case wrongDownload(url: String, kind: String, expected: String, found: String)
    case insecure(url: String)
    case transferFailed(url: String, reason: String)
    case busy(path: String)
    case notWritable(path: String, reason: String)
    case diskFull(path: String, neededBytes: Int64, freeBytes: Int64)

    case manifestInvalid(path: String, reason: String)
    case exists(path: String)

    public var description: String {
        switch self {
        case .registryInvalid(let path, let reason): "model registry \(path) is not valid: \(reason)"
        case .unknownModel(let name, let known):
            "there is no model \"\(name)\" in the registry; there are: \(known.joined(separator: ", "))"
        case .fileMissing(let path): "\(path) is missing"
        case .fileUnreadable(let path, let reason): "\(path) can't be read: \(reason)"
        case .wrongSize(let path, let expected, let found):
            "\(path) has \(found) bytes instead of \(expected); it was cut short or is another file, fetch it again"
        case .wrongHash(let path, let kind, let expected, let found):
            "\(path) is not the file it should be: its \(kind) is \(found) instead of \(expected); remove it and fetch it again"
        case .offline(let host, let reason):
            "\(host) can't be reached (\(reason)); behind a proxy set https_proxy, without a network carry the file over by hand"
        case .refused(let url, let status): "\(url): the server answered with status \(status)"
        case .anotherFile(let url, let expected, let offered):
            "\(url) has \(offered) bytes where the registry says \(expected): it is another file, or a page of a proxy; "
                + "nothing was kept of it"
        case .endless(let url, let expected):
            "\(url) sends more than the \(expected) bytes of the registry; it is another file, and was thrown away"
        case .brokenOff(let url, let got, let reason):
            "\(url) broke off after \(got) bytes (\(reason)); they are kept, and the same command goes on from there"
        case .wrongDownload(let url, let kind, let expected, let found):
            "\(url) is not the file it should be: its \(kind) is \(found) instead of \(expected); it was thrown away"
        case .insecure(let url):
            "\(url) is not https, and no SHA-256 is known to check the file by; nothing was downloaded"
        case .transferFailed(let url, let reason): "\(url): \(reason)"
        case .busy(let path): "\(path) is being downloaded by another aislewatch already"
        case .notWritable(let path, let reason): "\(path) can't be written: \(reason)"
        case .diskFull(let path, let needed, let free):
            "there is too little room for \(path): \(needed) bytes are needed, \(free) are free"
        case .manifestInvalid(let path, let reason): "model manifest \(path) is not valid: \(reason)"
        case .exists(let path): "\(path) is there already with other files; remove it first, or say --replace"
        }
    }
}
