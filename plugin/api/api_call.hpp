#pragma once

#include "api/connection.hpp"
#include "http/connection_pool.hpp"
#include "http/http_exchange.hpp"
#include "http/http_message.hpp"
#include "http/http_reply.hpp"
#include "http/request_text.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <variant>

namespace job_engine {

class HttpClient;

using Exchanged = std::variant<HttpReply, TransportFailure>;

// One request to the API, from the moment there is room for its connection to the last byte of the reply.
// Callbacks rather than a coroutine, because every run makes several calls and their cost is most of a run's.
// Belongs to the strand it was made with.
class ApiCall final : public HttpExchange {
public:
    // Told on the strand, never from inside start() or abort(). A defect: what was thrown, std::bad_alloc.
    using Done = std::function<void(const std::exception_ptr& defect, Exchanged exchanged)>;

    // Granted.
    using Place = std::shared_ptr<ConnectionPool::Place>;

    // client must live until done was called or the call is gone.
    ApiCall(const boost::asio::any_io_executor& strand, HttpClient& client,
            std::shared_ptr<const Connection> settings, HttpRequest request, Place place, Done done);

    // The time limit of the request begins here, with its turn: a burst of runs is no failure of the API's.
    static void start(const std::shared_ptr<ApiCall>& self);

private:
    using Self = std::shared_ptr<ApiCall>;

    static void open(const Self& self);
    boost::asio::awaitable<std::optional<TransportFailure>> open_connection();
    static void talk(const Self& self);
    static void write(const Self& self);
    static void on_written(const Self& self, boost::system::error_code error);
    static void read(const Self& self);
    static void on_read(const Self& self, boost::system::error_code error);
    bool has_reply();
    void finish(Exchanged exchanged, const std::exception_ptr& defect = nullptr);
    const boost::asio::any_io_executor& strand() noexcept { return timer.get_executor(); }
    RequestText request_text();
    template <class Handler>
    static void guarded(const Self& self, Handler handler);

    HttpClient& client_;
    std::shared_ptr<const Connection> settings_;
    HttpRequest request_;
    Done done_; // empty once it was called
    const Place place_;
    std::unique_ptr<HttpConnection> connection_;
    RequestText text_;
    boost::system::error_code not_written_; // why the rest of the request was not
    Secret signature_;                      // of the token that was sent; empty: none was
};

} // namespace job_engine
