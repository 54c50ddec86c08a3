#include "image_probe.hpp"

#include "http_connect.hpp"
#include "wire_bytes.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

namespace pixelml {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Kind = TransportFailure::Kind;
using Parser = http::response_parser<http::string_body>;

constexpr std::size_t most_looks_at_once = 16;
constexpr std::chrono::milliseconds longest_look{15'000};
constexpr int most_redirects = 3;
WireBytes request_for(const HttpUrl& url, const std::string& user_agent) {
    http::request<http::empty_body, WipingFields> request{http::verb::get, url.target, 11};
    request.set(http::field::host, url.origin.authority());
    request.set(http::field::user_agent, user_agent);
    request.set(http::field::accept, "image/jpeg, image/png, */*;q=0.1");
    request.set(http::field::range, "bytes=0-" + std::to_string(image_signature_bytes - 1));
    request.set(http::field::connection, "close");
    return wire_bytes(request);
}

std::optional<std::uint64_t> number(std::string_view digits) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() ? std::optional(value) : std::nullopt;
}

// Of "bytes 0-7/4711" in a reply with a part; else the length of the whole.
std::optional<std::uint64_t> total_size(const http::response<http::string_body>& reply) {
    if (reply.result() != http::status::partial_content)
        return number(reply[http::field::content_length]);
    const std::string_view range = reply[http::field::content_range];
    const auto slash = range.rfind('/');
    return slash == std::string_view::npos ? std::nullopt : number(range.substr(slash + 1));
}

ImageReply read_reply(const Parser& parser) {
    const auto& reply = parser.get();
    ImageReply out;
    out.status = static_cast<int>(reply.result_int());
    out.location = std::string(reply[http::field::location]);
    out.first_bytes = reply.body().substr(0, image_signature_bytes);
    out.total_size = total_size(reply);
    const std::string_view encoding = reply[http::field::content_encoding];
    out.encoded = !encoding.empty() && encoding != "identity";
    return out;
}

} // namespace

ImageProbe::ImageProbe(asio::io_context& io, Resolver& resolver, std::string user_agent)
    : io_(io), resolver_(resolver), user_agent_(std::move(user_agent)),
      places_(std::make_shared<ConnectionPool>(io, most_looks_at_once)) {}

ImageProbe::~ImageProbe() = default;

asio::awaitable<ImageVerdict> ImageProbe::look_at(std::string url,
                                                  std::shared_ptr<const Connection> connection,
                                                  std::shared_ptr<HttpExchange> exchange) {
    ConnectionPool::Place place(*places_);
    if (!co_await place.wait(*exchange))
        co_return verdict_of_image(exchange->failure(Kind::aborted, {}));
    // The time is for the look, not for the wait before it, which the run's deadline bounds.
    const HttpExchange::TimeLimit limit(exchange, std::min(longest_look, connection->request_timeout));
    co_return co_await follow(std::move(url), *connection, *exchange);
}

asio::awaitable<ImageVerdict> ImageProbe::follow(std::string url, const Connection& settings,
                                                 HttpExchange& exchange) {
    // Only the flow's author may mean this machine, no server that is asked.
    bool loopback_allowed = settings.allow_insecure_loopback;
    for (int redirects = 0; redirects <= most_redirects; ++redirects) {
        if (const auto fault = media_url_fault(url, loopback_allowed))
            co_return image_redirect_error("its server redirects to an address that " + *fault);
        const auto parsed = parse_http_url(url);
        loopback_allowed = loopback_allowed && is_loopback(parsed->origin.host);
        auto verdict = co_await ask(*parsed, settings, loopback_allowed, exchange);
        const auto* elsewhere = std::get_if<ImageElsewhere>(&verdict);
        if (elsewhere == nullptr)
            co_return verdict;
        const auto next = resolved_url(url, elsewhere->location);
        if (!next)
            co_return image_redirect_error("its server redirects to something that is no URL");
        url = *next;
    }
    co_return image_redirect_error("its server redirects more than " + std::to_string(most_redirects)
                                   + " times");
}

asio::awaitable<ImageVerdict> ImageProbe::ask(const HttpUrl& url, const Connection& settings,
                                              bool loopback_allowed, HttpExchange& exchange) {
    SSL_CTX* context = nullptr;
    if (url.origin.tls) {
        std::string failure;
        context = tls_context(settings.ca_file, failure);
        if (context == nullptr)
            co_return verdict_of_image(exchange.failure(Kind::tls, std::move(failure)));
    }
    HttpConnection connection(io_);
    const Destination destination{url.origin, settings.proxy, context, nullptr, !loopback_allowed};
    if (auto failure = co_await open_connection(connection, destination, resolver_, exchange)) {
        // Behind a proxy a machine may know no outside names and reach nothing but the API.
        if (settings.proxy && failure->kind == Kind::unreachable)
            failure->kind = Kind::proxy;
        co_return verdict_of_image(*failure);
    }

    exchange.waiting_for = "the image's server " + url.origin.authority();
    exchange.interrupt = [&connection] { connection.close(); };
    const auto request = request_for(url, user_agent_);
    auto ec = co_await connection.write(asio::buffer(request));
    Parser parser;
    parser.header_limit(http_header_limit);
    parser.body_limit(boost::none); // it is left as soon as the first bytes are there
    if (!ec)
        ec = co_await connection.read(parser, Until::header);
    while (!ec && !parser.is_done() && parser.get().body().size() < image_signature_bytes)
        ec = co_await connection.read(parser, Until::more);
    if (ec && !parser.is_header_done())
        co_return verdict_of_image(exchange.failure(
            Kind::broken, url.origin.authority() + " gave no usable answer (" + ec.message() + ")"));
    co_return verdict_of_image(read_reply(parser), settings.binding->largest_image_bytes);
}

SSL_CTX* ImageProbe::tls_context(const std::string& ca_file, std::string& failure) {
    const std::lock_guard lock(tls_mutex_);
    if (tls_context_ == nullptr)
        tls_context_ = make_tls_context(ca_file, Authorities::file_and_system, failure);
    return tls_context_.get();
}

} // namespace pixelml
