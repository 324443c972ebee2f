import Foundation

/// Small packed files, made by Python's gzip and zipfile.
enum SamplePackings {
    /// `id,name`, `1,Ann`, `2,Bob`.
    static let gzip = bytes(
        """
        H4sIAAAAAAACA8tM0clLzE3lMtRxzMvjMtJxyk/iAgCk9wY9FAAAAA==
        """)
    /// The same and `3,Cy`, packed apart and put behind.
    static let gzipOfTwoMembers = bytes(
        """
        H4sIAAAAAAACA8tM0clLzE3lMtRxzMvjMtJxyk/iAgCk9wY9FAAAAB+LCAAAAAAAAgMz1nGu5AIA9T2zpgUAAAA=
        """)
    /// A folder `export/`, in it `a.csv` with `1,Ann`, `b.csv` with `2,Bob`, `c.csv.gz` with `3,Cy`.
    static let zip = bytes(
        """
        UEsDBBQAAAAIAAAAIVwAAAAAAgAAAAAAAAAHAAAAZXhwb3J0LwMAUEsDBBQAAAAIAAAAIVxFCsw8EAAAAA4AAAAMAAAAZXhw\
        b3J0L2EuY3N2y0zRyUvMTeUy1HHMy+MCAFBLAwQUAAAACAAAACFcPvKaBRAAAAAOAAAADAAAAGV4cG9ydC9iLmNzdstM0clL\
        zE3lMtJxyk/iAgBQSwMEFAAAAAgAAAAhXDOkPHcgAAAAIQAAAA8AAABleHBvcnQvYy5jc3YuZ3qT7+ZgAAEm5tM+F096n/F9\
        anStcN0TJoaLTnO+8QIlAFBLAQIUAxQAAAAIAAAAIVwAAAAAAgAAAAAAAAAHAAAAAAAAAAAAAACAAQAAAABleHBvcnQvUEsB\
        AhQDFAAAAAgAAAAhXEUKzDwQAAAADgAAAAwAAAAAAAAAAAAAAIABJwAAAGV4cG9ydC9hLmNzdlBLAQIUAxQAAAAIAAAAIVw+\
        8poFEAAAAA4AAAAMAAAAAAAAAAAAAACAAWEAAABleHBvcnQvYi5jc3ZQSwECFAMUAAAACAAAACFcM6Q8dyAAAAAhAAAADwAA\
        AAAAAAAAAAAAgAGbAAAAZXhwb3J0L2MuY3N2Lmd6UEsFBgAAAAAEAAQA5gAAAOgAAAAAAA==
        """)

    private static func bytes(_ base64: String) -> [UInt8] { Array(Data(base64Encoded: base64) ?? Data()) }
}
