#include "http/http_session.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "http/byte_range.hpp"
#include "http/byte_stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/file.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <cstdint>
#include <sstream>
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
constexpr std::uint64_t body_limit = std::uint64_t{10} * 1024 * 1024; // of an image, as where it is fetched
constexpr seconds idle_timeout{60};
constexpr seconds body_timeout{30};
constexpr seconds write_timeout{60};
constexpr seconds handshake_timeout{10};
constexpr seconds linger_timeout{2};
constexpr std::size_t file_piece = std::size_t{64} * 1024;

constexpr std::size_t read_piece = std::size_t{16} * 1024;

using Head = http::response<http::empty_body>;

class Session {
public:
    Session(ByteStream& stream, const Handler& handler, Client client)
        : stream_(stream), handler_(handler), client_(std::move(client)) {}

    asio::awaitable<void> run();

private:
    using Parser = http::request_parser<http::string_body>;

    enum class Until { header, end };

    asio::awaitable<error_code> read_request(Parser& parser);
    asio::awaitable<error_code> read(Parser& parser, Until until, seconds time);
    asio::awaitable<bool> send(const Request& request, Reply reply, bool keep_alive);
    asio::awaitable<bool> send_file(const Request& request, const Reply& reply, bool keep_alive);
    asio::awaitable<bool> send_bytes(beast::file& file, std::uint64_t count);
    asio::awaitable<bool> send_stalled(const Request& request, const Reply& reply);
    asio::awaitable<bool> write(const std::string& text);
    asio::awaitable<void> refuse(error_code why);

    ByteStream& stream_;
    const Handler& handler_;
    Client client_;
    beast::flat_buffer buffer_;
};

Head head_of(const Request& request, const Reply& reply, bool keep_alive) {
    // An answer to something unreadable has no request version to go by.
    Head head(reply.status, request.version() == 10 ? 10 : 11);
    head.set(http::field::server, "pixelml-sandbox");
    head.set("X-Request-Id", "req_" + random_hex(8));
    head.set("X-Content-Type-Options", "nosniff");
    head.set(http::field::cache_control, "no-store");
    head.set(http::field::content_type, reply.content_type);
    for (const auto& [name, value] : reply.headers)
        head.set(name, value);
    head.keep_alive(keep_alive);
    return head;
}

std::string text_of(const Head& head) {
    std::ostringstream text;
    text << head.base();
    return std::move(text).str();
}

asio::awaitable<void> Session::run() {
    for (;;) {
        Parser parser;
        const error_code error = co_await read_request(parser);
        if (error) {
            co_await refuse(error);
            co_return;
        }
        const bool keep_alive = parser.get().keep_alive();
        const Request request = parser.release();
        Reply reply = co_await handler_(request, client_);
        const bool sent = co_await send(request, std::move(reply), keep_alive);
        if (!sent)
            co_return;
        if (!keep_alive)
            break;
    }
    co_await stream_.close_gently(linger_timeout);
}

asio::awaitable<error_code> Session::read_request(Parser& parser) {
    parser.header_limit(header_limit);
    parser.body_limit(body_limit);
    const error_code error = co_await read(parser, Until::header, idle_timeout);
    if (error)
        co_return error;
    if (lower_case(std::string(parser.get()[http::field::expect])) == "100-continue") {
        const Head go_on(http::status::continue_, parser.get().version());
        const std::string text = text_of(go_on);
        const error_code unsent = co_await stream_.write(asio::buffer(text), write_timeout);
        if (unsent)
            co_return unsent;
    }
    co_return co_await read(parser, Until::end, body_timeout);
}

// The time limits the whole read, however slowly bytes arrive.
asio::awaitable<error_code> Session::read(Parser& parser, Until until, seconds time) {
    const auto deadline = std::chrono::steady_clock::now() + time;
    for (;;) {
        error_code error = http::error::need_more;
        if (buffer_.size() > 0) {
            buffer_.consume(parser.put(buffer_.data(), error));
            if (error && error != http::error::need_more)
                co_return error;
        }
        if (until == Until::header ? parser.is_header_done() : parser.is_done())
            co_return error_code();
        if (!error)
            continue; // the parser stops after each part, and the next one may be here already
        const auto left =
            std::chrono::ceil<ByteStream::Duration>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0)
            co_return beast::error::timeout;
        const auto space = buffer_.prepare(read_piece);
        error.clear();
        buffer_.commit(co_await stream_.read_some(space, left, error));
        if (error == asio::error::eof)
            co_return parser.got_some() ? http::error::partial_message : http::error::end_of_stream;
        if (error)
            co_return error;
    }
}

asio::awaitable<bool> Session::write(const std::string& text) {
    const error_code error = co_await stream_.write(asio::buffer(text), write_timeout);
    co_return !error;
}

asio::awaitable<bool> Session::send(const Request& request, Reply reply, bool keep_alive) {
    if (reply.ending == Reply::Ending::reset) {
        stream_.reset();
        co_return false;
    }
    if (reply.ending == Reply::Ending::stalled)
        co_return co_await send_stalled(request, reply);
    if (reply.file)
        co_return co_await send_file(request, reply, keep_alive);
    Head head = head_of(request, reply, keep_alive);
    head.content_length(reply.body.size());
    std::string text = text_of(head);
    if (request.method() != http::verb::head)
        text += reply.body;
    co_return co_await write(text);
}

asio::awaitable<bool> Session::send_file(const Request& request, const Reply& reply, bool keep_alive) {
    error_code error;
    beast::file file;
    file.open(reply.file->c_str(), beast::file_mode::scan, error);
    const std::uint64_t size = error ? 0 : file.size(error);
    if (error) {
        // A variable: GCC 12 destroys temporaries of an awaited call's arguments twice.
        Reply missing = error_reply(http::status::not_found,
                                    {"not_found", "This file does not exist, or no longer exists."});
        co_return co_await send(request, std::move(missing), keep_alive);
    }
    const auto range_header = request[http::field::range];
    const auto range = parse_range({range_header.data(), range_header.size()}, size);
    if (std::holds_alternative<Unsatisfiable>(range)) {
        Reply refusal = error_reply(http::status::range_not_satisfiable,
                                    {"range_not_satisfiable", "The file ends before this range."});
        refusal.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
        co_return co_await send(request, std::move(refusal), keep_alive);
    }
    Head head = head_of(request, reply, keep_alive);
    head.set(http::field::accept_ranges, "bytes");
    head.set(http::field::cache_control, "private, max-age=86400"); // a job's files never change
    ByteRange part{0, size};
    if (const auto* const wanted = std::get_if<ByteRange>(&range)) {
        part = *wanted;
        head.result(http::status::partial_content);
        head.set(http::field::content_range, "bytes " + std::to_string(part.first) + "-"
                                                 + std::to_string(part.first + part.length - 1) + "/"
                                                 + std::to_string(size));
    }
    head.content_length(part.length);
    const std::string text = text_of(head);
    const bool head_sent = co_await write(text);
    if (!head_sent || request.method() == http::verb::head)
        co_return head_sent;
    file.seek(part.first, error);
    if (error)
        co_return false;
    co_return co_await send_bytes(file, part.length);
}

asio::awaitable<bool> Session::send_bytes(beast::file& file, std::uint64_t count) {
    error_code error;
    std::vector<char> piece(file_piece);
    while (count > 0) {
        const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), count));
        const std::size_t got = file.read(piece.data(), wanted, error);
        if (error || got == 0) // the file shrank: the client sees the connection end early
            co_return false;
        error = co_await stream_.write(asio::buffer(piece.data(), got), write_timeout);
        if (error)
            co_return false;
        count -= got;
    }
    co_return true;
}

asio::awaitable<bool> Session::send_stalled(const Request& request, const Reply& reply) {
    Head head = head_of(request, reply, false);
    head.content_length(reply.body.size());
    const std::string text = text_of(head) + reply.body.substr(0, reply.body.size() / 2);
    const bool sent = co_await write(text);
    if (sent) {
        error_code error;
        asio::steady_timer timer(stream_.executor(), reply.stall);
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
    stream_.reset();
    co_return false;
}

// Answers a request that could not be read, unless the client is gone.
asio::awaitable<void> Session::refuse(error_code why) {
    Reply reply;
    if (why == http::error::body_limit) {
        reply = error_reply(http::status::payload_too_large,
                            {"payload_too_large", "A request body is limited to 10 MiB."});
    } else if (why == http::error::header_limit || why == http::error::buffer_overflow) {
        reply = error_reply(http::status::request_header_fields_too_large,
                            {"header_too_large", "A request header is limited to 16 KiB."});
    } else if (why.category() == make_error_code(http::error::bad_method).category()
               && why != http::error::end_of_stream && why != http::error::partial_message) {
        reply = error_reply(http::status::bad_request,
                            {"bad_request", "This is not a valid HTTP request: " + why.message() + "."});
    } else {
        co_return; // closed by the client, reset, or idle for too long
    }
    const Request unreadable;
    const bool sent = co_await send(unreadable, std::move(reply), false);
    if (sent)
        co_await stream_.close_gently(linger_timeout);
}

} // namespace

asio::awaitable<void> run_session(asio::ip::tcp::socket socket, SSL_CTX* tls, const Handler& handler) {
    error_code error;
    const auto remote = socket.remote_endpoint(error);
    const auto local = socket.local_endpoint(error);
    if (error)
        co_return; // gone already
    socket.set_option(asio::ip::tcp::no_delay(true), error);
    const std::string address = local.address().to_string();
    Client client;
    client.loopback = remote.address().is_loopback();
    client.tls = tls != nullptr;
    client.local_authority =
        (local.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(local.port());
    ByteStream stream(std::move(socket), tls);
    const error_code unsafe = co_await stream.handshake(handshake_timeout);
    if (unsafe)
        co_return;
    Session session(stream, handler, std::move(client));
    co_await session.run();
}

} // namespace sandbox
