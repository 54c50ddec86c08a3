#include "api/api_call.hpp"

#include "api/authorized_request.hpp"
#include "api/request_headers.hpp"
#include "http/http_client.hpp"
#include "http/http_connect.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <ctime>
#include <string_view>
#include <utility>

namespace job_engine {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Kind = TransportFailure::Kind;

} // namespace

ApiCall::ApiCall(const asio::any_io_executor& strand, HttpClient& client,
                 std::shared_ptr<const Connection> settings, HttpRequest request, Place place, Done done)
    : HttpExchange(strand), client_(client), settings_(std::move(settings)), request_(std::move(request)),
      done_(std::move(done)), place_(std::move(place)) {}

// What a handler throws ends this call, not the thread's other work.
template <class Handler>
void ApiCall::guarded(const Self& self, Handler handler) {
    try {
        handler();
    } catch (const std::exception&) {
        asio::post(self->strand(),
                   [self, defect = std::current_exception()] { self->finish(TransportFailure{}, defect); });
    }
}

void ApiCall::start(const Self& self) {
    guarded(self, [&] {
        self->limit_time(self->request_.timeout + time_to_send(self->request_.body.size()));
        self->connection_ = self->place_->take(self->request_.needs_fresh_connection);
        if (self->connection_ != nullptr)
            talk(self);
        else
            open(self);
    });
}

void ApiCall::open(const Self& self) {
    self->connection_ = std::make_unique<HttpConnection>(self->client_.io());
    const auto opened = [self](const std::exception_ptr& defect,
                               const std::optional<TransportFailure>& failure) {
        if (defect != nullptr || failure)
            return self->finish(failure.value_or(TransportFailure{}), defect);
        guarded(self, [&] { talk(self); });
    };
    asio::co_spawn(self->strand(), self->open_connection(), opened);
}

asio::awaitable<std::optional<TransportFailure>> ApiCall::open_connection() {
    SSL_CTX* context = nullptr;
    if (settings_->origin.tls) {
        std::string fault;
        context = client_.tls_context().get(settings_->ca_file, fault);
        if (context == nullptr)
            co_return failure(Kind::tls, std::move(fault));
    }
    const Destination destination{settings_->origin, settings_->proxy, context, &client_.tls_sessions()};
    co_return co_await job_engine::open_connection(*connection_, destination, client_.resolver(), *this);
}

void ApiCall::talk(const Self& self) {
    if (self->ended)
        return self->finish(self->failure(Kind::aborted, {}));
    self->cancel_handler = [call = self.get()] { call->connection_->close(); };
    self->set_stage("the reply of", &self->settings_->origin);
    self->text_ = self->request_text();
    if (!self->request_.may_be_repeated)
        self->request_.body = {}; // it may hold a file
    self->connection_->reply.emplace();
    write(self);
}

RequestText ApiCall::request_text() {
    auto [writer, signature] =
        authorized_request(*settings_, request_.method, request_.target, settings_->authority);
    signature_ = std::move(signature);
    write_headers(
        request_, client_.user_agent(),
        [&writer = writer](std::string_view name, std::string_view value) { writer.header(name, value); });
    return std::move(writer).finish(request_.body);
}

void ApiCall::write(const Self& self) {
    auto& connection = *self->connection_;
    auto written = asio::bind_executor(
        self->strand(), [self](const error_code& error, std::size_t) { on_written(self, error); });
    if (connection.tls != nullptr)
        return asio::async_write(*connection.tls, asio::buffer(self->text_), std::move(written));
    // A request fits into the socket's buffer, as a rule; asking first would cost a turn of the event loop.
    error_code error;
    const auto count = connection.socket.write_some(asio::buffer(self->text_), error);
    if (!error && count == self->text_.size())
        return on_written(self, error);
    if (!error || error == asio::error::would_block)
        return asio::async_write(connection.socket, asio::buffer(self->text_) + count, std::move(written));
    asio::post(self->strand(), [self, error] { on_written(self, error); });
}

void ApiCall::on_written(const Self& self, error_code error) {
    guarded(self, [&] {
        self->text_ = {};
        self->sent = !error;
        self->not_written_ = error;
        if (error && self->ended)
            return on_read(self, error);
        // Also when not all was written: a server may refuse a body, and say so, before it has read it.
        read(self);
    });
}

void ApiCall::read(const Self& self) {
    auto& connection = *self->connection_;
    auto got = asio::bind_executor(self->strand(), [self](const error_code& error, std::size_t count) {
        guarded(self, [&] {
            auto& on = *self->connection_;
            self->sent = self->sent || count > 0;
            on_read(self, on.put(count, error, on.reply->parser()));
        });
    });
    const auto space = connection.space();
    if (space.size() == 0)
        return on_read(self, boost::beast::http::error::buffer_overflow);
    if (connection.tls != nullptr)
        connection.tls->async_read_some(space, std::move(got));
    else
        connection.socket.async_read_some(space, std::move(got));
}

void ApiCall::on_read(const Self& self, error_code error) {
    for (;;) {
        if (!error)
            error = feed(self->connection_->reply->parser(), self->connection_->buffer, Until::end);
        if (error == boost::beast::http::error::need_more)
            return read(self);
        if (error || !self->connection_->reply->skip_interim())
            break;
    }
    if (const auto fault = reply_fault(error))
        return self->finish(self->failure(Kind::bad_reply, *fault));
    if (error) {
        // The server may have closed an idle connection just now; a read is asked again on a new one. A
        // submit never is, whatever its method.
        if (self->connection_->reused && !self->ended && self->request_.may_be_repeated)
            return open(self);
        const auto& cause = self->not_written_ ? self->not_written_ : error;
        return self->finish(self->failure(Kind::broken, "the connection broke before the reply was complete ("
                                                            + cause.message() + ")"));
    }
    if (const auto fault = self->connection_->reply->fault())
        return self->finish(self->failure(Kind::bad_reply, *fault));
    // An abort may have closed it after its last byte had come.
    const bool keep = !self->ended && !self->not_written_ && self->connection_->reply->keep_alive()
                      && !self->connection_->has_leftovers();
    auto reply = self->connection_->reply->take(static_cast<std::int64_t>(std::time(nullptr)),
                                                self->settings_->binding->request_id_headers,
                                                self->request_.is_traced);
    reply.signature = std::move(self->signature_);
    self->cancel_handler = nullptr;
    if (keep)
        self->place_->release(std::move(self->connection_));
    self->finish(std::move(reply));
}

void ApiCall::finish(Exchanged exchanged, const std::exception_ptr& defect) {
    if (done_ == nullptr)
        return;
    timer.cancel();
    cancel_handler = nullptr;
    place_->release(); // before the next call, which may want it
    std::exchange(done_, nullptr)(defect, std::move(exchanged));
}

} // namespace job_engine
