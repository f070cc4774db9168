import CLinux
import Glibc

package enum Processors {
    /// Those that this process may use, which a container can limit; at least 1.
    package static var count: Int {
        let allowed = Int(llmgw_processors())
        return allowed > 0 ? allowed : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }
}
