#pragma once

#include "server_tls.hpp"
#include "test_certificates.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test_support {

// A request that the server has read completely.
struct Request {
    std::string method;
    std::string target;
    std::map<std::string, std::string> headers; // names in lower case
    std::string body;
    std::uint64_t connection = 0; // which of the server's connections it came on, from 1
    std::chrono::steady_clock::time_point at;

    // Empty where the request has none.
    std::string header(std::string_view lower_case_name) const;
};

// What the server does with a request. Content-Length is set by itself unless the reply is raw.
struct Reply {
    enum class Then {
        keep_open,
        close,
        reset,
        fall_silent // keep the connection and never write again
    };
    using Headers = std::vector<std::pair<std::string, std::string>>;

    int status = 200;
    Headers headers;
    std::string body;
    std::optional<std::string> raw; // these bytes instead of status, headers and body
    std::size_t filler = 0;         // at least so many bytes more after those, made as they are sent
    bool filler_in_chunks = false;
    std::chrono::milliseconds hold{0}; // before the first byte
    std::function<Reply()> after_hold; // made then, instead of everything else here, its hold included
    std::size_t drip_bytes = 0;        // 0: all at once; else pieces of this size
    std::chrono::milliseconds drip_interval{0};
    Then then = Then::keep_open;
};

Reply json_reply(int status, std::string body, Reply::Headers more_headers = {});
Reply no_reply(Reply::Then then); // no byte is sent

// An HTTP/1.1 server of one thread on an ephemeral port of 127.0.0.1, which can misbehave below HTTP too. The
// handler is called on that thread, one request at a time, and must not block; what it throws becomes a 599.
// Every other member may be called on any thread. The destructor closes all connections and joins.
class ScriptedServer {
public:
    using Handler = std::function<Reply(const Request&)>;
    enum class Requests { kept, not_kept }; // not_kept: its memory does not grow with the requests

    explicit ScriptedServer(Handler handler, Requests requests = Requests::kept);
    ScriptedServer(Handler handler, const Certificate& identity); // https
    ScriptedServer(Handler handler, SslContext tls);              // https as the context says
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;
    ~ScriptedServer();

    std::uint16_t port() const;
    std::string base_url() const;                        // "http://127.0.0.1:4711"
    std::string base_url(const std::string& host) const; // the same with another name for this machine

    // Closes the port and resets every connection: later ones are refused.
    void refuse_connections();
    // Opens the same port again.
    void accept_connections();

    // All requests so far, in the order in which they were read; none where they are not kept.
    std::vector<Request> requests() const;
    std::vector<Request> requests(std::string_view method, std::string_view target_prefix) const;

    // Waits until at least `count` requests have come and were kept; false when they did not in time.
    bool wait_for_requests(std::size_t count, std::chrono::milliseconds timeout) const;

    std::size_t connections_accepted() const;
    std::size_t max_connections_open() const; // at any one time

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

} // namespace test_support
