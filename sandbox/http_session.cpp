#include "http_session.hpp"

#include "byte_range.hpp"
#include "log.hpp"
#include "text.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/file.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace sandbox {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using std::chrono::seconds;

constexpr std::uint32_t header_limit = 16 * 1024;
constexpr std::uint64_t body_limit = std::uint64_t{1024} * 1024;
constexpr seconds idle_timeout{60};
constexpr seconds body_timeout{30};
constexpr seconds write_timeout{60};
constexpr seconds handshake_timeout{10};
constexpr seconds linger_timeout{2};
constexpr std::size_t file_piece = std::size_t{64} * 1024;

template <typename Stream>
class Session {
public:
    Session(Stream stream, Service& service, Client client)
        : stream_(std::move(stream)), service_(service), client_(std::move(client)) {}

    asio::awaitable<void> run();

private:
    using Parser = http::request_parser<http::string_body>;

    beast::tcp_stream& tcp() { return beast::get_lowest_layer(stream_); }

    asio::awaitable<error_code> read_request(Parser& parser);
    asio::awaitable<bool> send(const Request& request, Reply reply, bool keep_alive);
    asio::awaitable<bool> send_file(const Request& request, const Reply& reply, bool keep_alive);
    asio::awaitable<bool> send_stalled(const Request& request, const Reply& reply);
    asio::awaitable<void> refuse(error_code why);
    asio::awaitable<void> close_gently();
    void reset();

    template <typename Body>
    http::response<Body> head_of(const Request& request, const Reply& reply, bool keep_alive) const;

    Stream stream_;
    Service& service_;
    Client client_;
    beast::flat_buffer buffer_;
};

template <typename Stream>
asio::awaitable<void> Session<Stream>::run() {
    if constexpr (!std::is_same_v<Stream, beast::tcp_stream>) {
        error_code error;
        tcp().expires_after(handshake_timeout);
        co_await stream_.async_handshake(asio::ssl::stream_base::server,
                                         asio::redirect_error(asio::use_awaitable, error));
        if (error) {
            co_return;
        }
    }
    for (;;) {
        Parser parser;
        const error_code error = co_await read_request(parser);
        if (error) {
            co_await refuse(error);
            co_return;
        }
        const bool keep_alive = parser.get().keep_alive();
        const Request request = parser.release();
        Reply reply = co_await service_.handle(request, client_);
        const bool sent = co_await send(request, std::move(reply), keep_alive);
        if (!sent) {
            co_return;
        }
        if (!keep_alive) {
            break;
        }
    }
    co_await close_gently();
}

template <typename Stream>
asio::awaitable<error_code> Session<Stream>::read_request(Parser& parser) {
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    parser.header_limit(header_limit);
    parser.body_limit(body_limit);
    tcp().expires_after(idle_timeout);
    co_await http::async_read_header(stream_, buffer_, parser, token);
    if (error) {
        co_return error;
    }
    if (lower_case(std::string(parser.get()[http::field::expect])) == "100-continue") {
        http::response<http::empty_body> go_on(http::status::continue_, parser.get().version());
        tcp().expires_after(write_timeout);
        co_await http::async_write(stream_, go_on, token);
        if (error) {
            co_return error;
        }
    }
    tcp().expires_after(body_timeout);
    co_await http::async_read(stream_, buffer_, parser, token);
    co_return error;
}

template <typename Stream>
template <typename Body>
http::response<Body> Session<Stream>::head_of(const Request& request, const Reply& reply,
                                              bool keep_alive) const {
    // An answer to something unreadable has no request version to go by.
    http::response<Body> response(reply.status, request.version() == 10 ? 10 : 11);
    response.set(http::field::server, "pixelml-sandbox");
    response.set("X-Request-Id", "req_" + random_hex(8));
    response.set("X-Content-Type-Options", "nosniff");
    response.set(http::field::cache_control, "no-store");
    response.set(http::field::content_type, reply.content_type);
    for (const auto& [name, value] : reply.headers) {
        response.set(name, value);
    }
    response.keep_alive(keep_alive);
    return response;
}

template <typename Stream>
asio::awaitable<bool> Session<Stream>::send(const Request& request, Reply reply, bool keep_alive) {
    if (reply.ending == Reply::Ending::reset) {
        reset();
        co_return false;
    }
    if (reply.ending == Reply::Ending::stalled) {
        co_return co_await send_stalled(request, reply);
    }
    if (reply.file) {
        co_return co_await send_file(request, reply, keep_alive);
    }
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    tcp().expires_after(write_timeout);
    if (request.method() == http::verb::head) {
        auto response = head_of<http::empty_body>(request, reply, keep_alive);
        response.content_length(reply.body.size());
        http::response_serializer<http::empty_body> serializer(response);
        co_await http::async_write_header(stream_, serializer, token);
    } else {
        auto response = head_of<http::string_body>(request, reply, keep_alive);
        response.body() = std::move(reply.body);
        response.prepare_payload();
        co_await http::async_write(stream_, response, token);
    }
    co_return !error;
}

template <typename Stream>
asio::awaitable<bool> Session<Stream>::send_file(const Request& request, const Reply& reply,
                                                 bool keep_alive) {
    error_code error;
    beast::file file;
    file.open(reply.file->c_str(), beast::file_mode::scan, error);
    const std::uint64_t size = error ? 0 : file.size(error);
    if (error) {
        // A variable: GCC 12 destroys temporaries of an awaited call's arguments twice.
        Reply missing =
            error_reply(http::status::not_found, {"not_found", "This file does not exist, or no longer."});
        co_return co_await send(request, std::move(missing), keep_alive);
    }
    auto response = head_of<http::empty_body>(request, reply, keep_alive);
    response.set(http::field::accept_ranges, "bytes");
    response.set(http::field::cache_control, "private, max-age=86400"); // a job's files never change
    const auto range_header = request[http::field::range];
    const auto range = parse_range({range_header.data(), range_header.size()}, size);
    ByteRange part{0, size};
    if (std::holds_alternative<Unsatisfiable>(range)) {
        Reply refusal = error_reply(http::status::range_not_satisfiable,
                                    {"range_not_satisfiable", "The file ends before this range."});
        refusal.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
        co_return co_await send(request, std::move(refusal), keep_alive);
    }
    if (const auto* const wanted = std::get_if<ByteRange>(&range)) {
        part = *wanted;
        response.result(http::status::partial_content);
        response.set(http::field::content_range, "bytes " + std::to_string(part.first) + "-"
                                                     + std::to_string(part.first + part.length - 1) + "/"
                                                     + std::to_string(size));
    }
    response.content_length(part.length);

    auto token = asio::redirect_error(asio::use_awaitable, error);
    http::response_serializer<http::empty_body> serializer(response);
    tcp().expires_after(write_timeout);
    co_await http::async_write_header(stream_, serializer, token);
    if (error || request.method() == http::verb::head) {
        co_return !error;
    }
    file.seek(part.first, error);
    std::vector<char> piece(file_piece);
    while (!error && part.length > 0) {
        const std::size_t wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), part.length));
        const std::size_t count = file.read(piece.data(), wanted, error);
        if (error || count == 0) { // the file shrank: the client sees the connection end early
            co_return false;
        }
        tcp().expires_after(write_timeout);
        co_await asio::async_write(stream_, asio::buffer(piece.data(), count), token);
        part.length -= count;
    }
    co_return !error;
}

template <typename Stream>
asio::awaitable<bool> Session<Stream>::send_stalled(const Request& request, const Reply& reply) {
    auto response = head_of<http::empty_body>(request, reply, false);
    response.content_length(reply.body.size());
    http::response_serializer<http::empty_body> serializer(response);
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    tcp().expires_after(write_timeout);
    co_await http::async_write_header(stream_, serializer, token);
    if (!error) {
        tcp().expires_after(write_timeout);
        co_await asio::async_write(stream_, asio::buffer(reply.body.data(), reply.body.size() / 2), token);
    }
    if (!error) {
        asio::steady_timer timer(tcp().get_executor(), reply.stall);
        co_await timer.async_wait(token);
    }
    reset();
    co_return false;
}

// Answers what could not be read, where there is somebody to answer.
template <typename Stream>
asio::awaitable<void> Session<Stream>::refuse(error_code why) {
    Reply reply;
    if (why == http::error::body_limit) {
        reply = error_reply(http::status::payload_too_large,
                            {"payload_too_large", "The body of a request has at most 1 MiB."});
    } else if (why == http::error::header_limit || why == http::error::buffer_overflow) {
        reply = error_reply(http::status::request_header_fields_too_large,
                            {"header_too_large", "The header of a request has at most 16 KiB."});
    } else if (why.category() == make_error_code(http::error::bad_method).category()
               && why != http::error::end_of_stream && why != http::error::partial_message) {
        reply = error_reply(http::status::bad_request,
                            {"bad_request", "This is not a valid HTTP request: " + why.message() + "."});
    } else {
        co_return; // closed by the client, reset, or idle for too long
    }
    const Request unreadable;
    const bool sent = co_await send(unreadable, std::move(reply), false);
    if (sent) {
        co_await close_gently();
    }
}

// Closing a socket with unread input resets the connection, and the client may lose the answer: so the
// rest of a refused request is read first, within bounds.
template <typename Stream>
asio::awaitable<void> Session<Stream>::close_gently() {
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    if constexpr (!std::is_same_v<Stream, beast::tcp_stream>) {
        tcp().expires_after(linger_timeout);
        co_await stream_.async_shutdown(token);
    }
    error_code ignored;
    tcp().socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    const auto deadline = std::chrono::steady_clock::now() + linger_timeout;
    std::vector<char> discarded(file_piece);
    error.clear();
    while (!error && std::chrono::steady_clock::now() < deadline) {
        tcp().expires_at(deadline);
        co_await tcp().async_read_some(asio::buffer(discarded), token);
    }
}

template <typename Stream>
void Session<Stream>::reset() {
    error_code ignored;
    tcp().socket().set_option(asio::socket_base::linger(true, 0), ignored);
    tcp().socket().close(ignored);
}

} // namespace

asio::awaitable<void> run_session(asio::ip::tcp::socket socket, SSL_CTX* tls, Service& service) {
    error_code error;
    const auto remote = socket.remote_endpoint(error);
    const auto local = socket.local_endpoint(error);
    if (error) {
        co_return; // gone already
    }
    socket.set_option(asio::ip::tcp::no_delay(true), error);
    const std::string address = local.address().to_string();
    Client client;
    client.loopback = remote.address().is_loopback();
    client.tls = tls != nullptr;
    client.local_authority =
        (local.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(local.port());
    beast::tcp_stream stream(std::move(socket));
    if (!tls) {
        Session<beast::tcp_stream> session(std::move(stream), service, std::move(client));
        co_await session.run();
        co_return;
    }
    SSL* const ssl = SSL_new(tls);
    if (!ssl) {
        log("TLS: out of memory");
        co_return;
    }
    using TlsStream = asio::ssl::stream<beast::tcp_stream>; // takes ownership of the SSL
    Session<TlsStream> session(TlsStream(std::move(stream), ssl), service, std::move(client));
    co_await session.run();
}

} // namespace sandbox
