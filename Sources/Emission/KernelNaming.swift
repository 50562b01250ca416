/// What kernels are called, and where their files are.
package struct KernelNaming: Hashable, Sendable {
    /// Stands before each function's name.
    package var prefix = ""
    /// Of the files.
    package var folder = "kernels"
    /// What each of them includes, as seen from the folder.
    package var headers = ["../model.h", "../unetc_vectors.h"]
    /// What those include that call a product of matrices.
    package var productHeader = "../unetc_gemm.h"

    /// Names of other files of that folder, without their endings and in small letters.
    package var otherFiles: Set<String> = []

    package init() {}

    package init(prefix: String, folder: String, headers: [String], productHeader: String, otherFiles: Set<String>) {
        self.prefix = prefix
        self.folder = folder
        self.headers = headers
        self.productHeader = productHeader
        self.otherFiles = otherFiles
    }
}
