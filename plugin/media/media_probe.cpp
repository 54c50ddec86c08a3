#include "media/media_probe.hpp"

#include "http/http_fetch.hpp"
#include "http/request_text.hpp"
#include "media/media_format.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

namespace job_engine {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Kind = TransportFailure::Kind;

constexpr std::size_t max_looks_at_once = 16;
constexpr std::chrono::milliseconds max_look{15'000};
constexpr int max_redirects = 3;

RequestText request_for(const HttpUrl& url, const std::string& user_agent) {
    RequestWriter writer("GET", url.target, url.origin.authority());
    for (const auto& [name, value] : media_request_headers(user_agent))
        writer.header(name, value);
    return std::move(writer).finish();
}

std::optional<std::uint64_t> number(std::string_view digits) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() ? std::optional(value) : std::nullopt;
}

// Of "bytes 0-31/4711" in a reply with a part; else the length of the whole.
std::optional<std::uint64_t> total_size(const FetchedReply& reply) {
    if (reply.result() != http::status::partial_content)
        return number(reply[http::field::content_length]);
    const std::string_view range = reply[http::field::content_range];
    const auto slash = range.rfind('/');
    return slash == std::string_view::npos ? std::nullopt : number(range.substr(slash + 1));
}

MediaReply read_reply(const FetchedReply& reply) {
    MediaReply out;
    out.status = static_cast<int>(reply.result_int());
    out.location = std::string(reply[http::field::location]);
    out.first_bytes = reply.body().substr(0, media_signature_bytes);
    out.total_size = total_size(reply);
    const std::string_view encoding = reply[http::field::content_encoding];
    out.encoded = !encoding.empty() && encoding != "identity";
    return out;
}

} // namespace

Headers media_request_headers(const std::string& user_agent) {
    return {{"User-Agent", user_agent},
            {"Accept", "image/jpeg, image/png, */*;q=0.1"},
            {"Range", "bytes=0-" + std::to_string(media_signature_bytes - 1)},
            {"Connection", "close"}};
}

// One look, from the wait for its turn on.
class MediaProbe::Look final : public HttpExchange {
public:
    Look(MediaProbe& probe, asio::any_io_executor strand, std::string url,
         std::shared_ptr<const Connection> connection, Done done)
        : HttpExchange(strand), probe_(probe), strand_(std::move(strand)), url_(std::move(url)),
          connection_(std::move(connection)), done_(std::move(done)) {}

    static void start(const std::shared_ptr<Look>& self) {
        self->cancel_handler = [look = self.get()] {
            const auto given_up = std::static_pointer_cast<Look>(look->shared_from_this());
            asio::post(look->strand_, [given_up] {
                given_up->finish(nullptr, verdict_of_media(given_up->failure(Kind::aborted, {})));
            });
        };
        const auto granted = [self] { asio::post(self->strand_, [self] { self->on_turn(self); }); };
        self->probe_.looks_.request(granted, self->turn_);
    }

private:
    void on_turn(const std::shared_ptr<Look>& self) {
        if (done_ == nullptr || ended)
            return;
        limit_time(std::min(max_look, connection_->request_timeout));
        cancel_handler = nullptr;
        asio::co_spawn(strand_, probe_.follow(std::move(url_), *connection_, *this),
                       [self](const std::exception_ptr& defect, MediaVerdict verdict) {
                           self->finish(defect, std::move(verdict));
                       });
    }

    void finish(const std::exception_ptr& defect, MediaVerdict verdict) {
        if (done_ == nullptr)
            return;
        timer.cancel();
        cancel_handler = nullptr;
        turn_.release();
        std::exchange(done_, nullptr)(defect, std::move(verdict));
    }

    MediaProbe& probe_;
    asio::any_io_executor strand_;
    std::string url_;
    std::shared_ptr<const Connection> connection_;
    Done done_; // empty once it was called
    FairSemaphore::Permit turn_;
};

MediaProbe::MediaProbe(asio::io_context& io, Resolver& resolver, std::string user_agent)
    : io_(io), resolver_(resolver), user_agent_(std::move(user_agent)), looks_(max_looks_at_once) {}

MediaProbe::~MediaProbe() = default;

std::shared_ptr<HttpExchange> MediaProbe::look_at(const asio::any_io_executor& strand, std::string url,
                                                  std::shared_ptr<const Connection> connection, Done done) {
    const auto look =
        std::make_shared<Look>(*this, strand, std::move(url), std::move(connection), std::move(done));
    Look::start(look);
    return look;
}

asio::awaitable<MediaVerdict> MediaProbe::follow(std::string url, const Connection& settings,
                                                 HttpExchange& exchange) {
    // Only the flow's author may mean this machine, no server that is asked.
    bool loopback_allowed = settings.allow_insecure_loopback;
    for (int redirects = 0; redirects <= max_redirects; ++redirects) {
        if (const auto fault = media_url_fault(url, loopback_allowed))
            co_return media_redirect_error("its server redirects to an address that " + *fault);
        const auto parsed = parse_http_url(url);
        loopback_allowed = loopback_allowed && is_loopback(parsed->origin.host);
        auto verdict = co_await ask(*parsed, settings, loopback_allowed, exchange);
        const auto* elsewhere = std::get_if<MediaElsewhere>(&verdict);
        if (elsewhere == nullptr)
            co_return verdict;
        const auto next = resolved_url(url, elsewhere->location);
        if (!next)
            co_return media_redirect_error("its server redirects to something that is no URL");
        url = *next;
    }
    co_return media_redirect_error("its server redirects more than " + std::to_string(max_redirects)
                                   + " times");
}

asio::awaitable<MediaVerdict> MediaProbe::ask(const HttpUrl& url, const Connection& settings,
                                              bool loopback_allowed, HttpExchange& exchange) {
    // One limit for all redirects: once it is over, none is followed.
    if (const auto over = exchange.ending())
        co_return verdict_of_media(*over);
    SSL_CTX* context = nullptr;
    if (url.origin.tls) {
        std::string failure;
        context = tls_context_.get(settings.ca_file, failure);
        if (context == nullptr)
            co_return verdict_of_media(exchange.failure(Kind::tls, std::move(failure)));
    }
    const Destination destination{url.origin, settings.proxy, context, nullptr, !loopback_allowed};
    const auto request = request_for(url, user_agent_);
    auto fetched = co_await fetch_first_bytes(io_, destination, request, media_signature_bytes,
                                              "the image's server", resolver_, exchange);
    if (auto* failure = std::get_if<TransportFailure>(&fetched)) {
        // Behind a proxy a machine may know no outside names and reach nothing but the API.
        if (settings.proxy && failure->kind == Kind::unreachable)
            failure->kind = Kind::proxy;
        co_return verdict_of_media(*failure);
    }
    co_return verdict_of_media(read_reply(std::get<FetchedReply>(fetched)),
                               settings.binding->max_media_bytes);
}

} // namespace job_engine
