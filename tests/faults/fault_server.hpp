#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace faults {

// A request that the server has read completely.
struct Request {
    std::string method;
    std::string target;
    std::map<std::string, std::string> headers; // names in lower case
    std::string body;
};

// What the server does with a request, byte for byte.
struct Reply {
    enum class Then {
        keep_open,
        close,
        reset,
        fall_silent // keep the connection and never write again
    };

    std::string bytes;
    std::size_t filler = 0; // so many bytes more after those, made as they are sent
    bool filler_in_chunks = false;
    std::chrono::milliseconds hold{0};     // before the first byte
    std::function<Reply()> after_hold;     // made then, instead of everything else here, its hold included
    std::chrono::milliseconds interval{0}; // between two bytes; 0: all at once
    Then then = Then::keep_open;
};

std::string http_message(int status, const std::string& body, const std::string& more_headers = {});
Reply reply_with(int status, const std::string& body, const std::string& more_headers = {});
Reply no_reply(Reply::Then then);

// An HTTP/1.1 server of one thread on an ephemeral port of 127.0.0.1, made to misbehave below HTTP too. The
// handler is called on that thread, one request at a time. Everything else may be called on any thread.
class FaultServer {
public:
    using Handler = std::function<Reply(const Request&)>;

    explicit FaultServer(Handler handler);
    FaultServer(const FaultServer&) = delete;
    FaultServer& operator=(const FaultServer&) = delete;
    ~FaultServer();

    std::uint16_t port() const;
    std::string base_url() const;

    // Closes the port and resets every connection: whoever connects is refused.
    void refuse_connections();
    // Opens the same port again.
    void accept_connections();

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

} // namespace faults
