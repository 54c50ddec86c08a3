#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace test_support {

// An HTTP proxy of one thread on an ephemeral port of 127.0.0.1 that knows CONNECT alone. The tunnel leads
// to the given port of 127.0.0.1 whatever the host's name. Members may be called on any thread; the
// destructor closes all tunnels and joins.
class ConnectProxy {
public:
    // credentials: "user:password" that a client must show, else it is answered with 407; empty: none.
    // behind: what it says after its answer to a CONNECT, in one piece with it.
    explicit ConnectProxy(const std::string& credentials, const std::string& behind = {});
    ConnectProxy(const ConnectProxy&) = delete;
    ConnectProxy& operator=(const ConnectProxy&) = delete;
    ~ConnectProxy();

    std::uint16_t port() const;
    std::vector<std::string> connect_targets() const; // "host:port" of each CONNECT, in order
    std::size_t tunnels_opened() const;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

} // namespace test_support
