#include "upload/file_hand_over.hpp"

#include "api/authorized_request.hpp"
#include "api/masked_request.hpp"
#include "api/reply.hpp"
#include "api/reply_fields.hpp"
#include "api/request_headers.hpp"
#include "api/upload_request.hpp"
#include "http/http_send.hpp"
#include "upload/upload_error.hpp"
#include "upload/upload_trace.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/evp.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

namespace job_engine {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Kind = TransportFailure::Kind;

constexpr std::chrono::milliseconds longest_hand_over = 10min;
constexpr int max_tries = 3;
constexpr std::chrono::milliseconds first_wait = 500ms;
constexpr std::chrono::milliseconds longest_wait = 3s;  // longer ones are the run's, without the file
constexpr std::chrono::seconds upload_lifetime = 15min; // of a signature; it is used at once

std::string in_base64(std::string begin, std::string_view bytes) {
    auto out = std::move(begin);
    const auto encoded = out.size();
    out.resize(encoded + bytes.size() / 3 * 4 + 5);
    // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL's bytes are unsigned
    const auto length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data() + encoded),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
    out.resize(encoded + static_cast<std::size_t>(length));
    return out;
}

bool is_worth_another_try(const Answered& answered) {
    return std::visit([](const auto& one) { return job_engine::may_be_sent_again(one); }, answered);
}

std::chrono::milliseconds wait_before(int next_try, const Answered& answered) {
    const auto wait = first_wait * (1 << (2 * (next_try - 2))); // 0.5 s, 2 s
    const auto* reply = std::get_if<HttpReply>(&answered);
    return reply != nullptr && reply->retry_after
               ? std::max<std::chrono::milliseconds>(wait, *reply->retry_after)
               : wait;
}

} // namespace

HandOverWay hand_over_way(const Connection& connection) {
    if (const auto& files = connection.binding->files)
        return files->form == FileRules::Form::upload ? HandOverWay::upload : HandOverWay::in_the_submit;
    return connection.storage ? HandOverWay::storage : HandOverWay::none;
}

Error no_way_for_files(const Connection& connection, std::string_view input) {
    auto error =
        make_error(ErrorCode::cannot_hand_over_file,
                   connection.binding->name
                       + " takes no files, only URLs that it can open: give the connection a storage (a "
                         "bucket of yours, from which the service fetches the file), or a URL instead of "
                         "the file.");
    error.details = {{"/" + std::string(input), "must be a URL: the connection has no storage for files"}};
    return error;
}

FileLimits file_limits(const Connection& connection) {
    if (const auto& files = connection.binding->files)
        return {files->media_types, files->max_bytes, files->max_side};
    return {{"image/jpeg", "image/png"}, connection.binding->max_media_bytes, 0};
}

// One hand-over. As an exchange it is the whole of it; each try of a request has one of its own.
class FileHandOver::Work final : public HttpExchange {
public:
    Work(FileHandOver& owner, asio::any_io_executor strand, HandOverOrder order, Done done)
        : HttpExchange(strand), owner_(owner), strand_(std::move(strand)), order_(std::move(order)),
          done_(std::move(done)) {}

    static void start(const std::shared_ptr<Work>& self) {
        self->limit_time(longest_hand_over);
        asio::co_spawn(self->strand_, self->run(),
                       [self](const std::exception_ptr& defect, HandOverOutcome outcome) {
                           self->finish(defect, std::move(outcome));
                       });
    }

private:
    void finish(const std::exception_ptr& defect, HandOverOutcome outcome) {
        timer.cancel();
        cancel_handler = nullptr;
        if (auto* error = std::get_if<Error>(&outcome))
            mask(*error);
        order_.file.bytes = nullptr;
        std::exchange(done_, nullptr)(defect, std::move(outcome));
    }

    asio::awaitable<HandOverOutcome> run() {
        switch (hand_over_way(connection())) {
        case HandOverWay::in_the_submit:
            co_return in_the_submit();
        case HandOverWay::upload:
            co_return co_await by_upload();
        case HandOverWay::storage:
            co_return co_await by_storage();
        case HandOverWay::none:
            break;
        }
        co_return no_way_for_files(connection(), "file");
    }

    HandedOver in_the_submit() const {
        const bool is_data_uri = binding().files->form == FileRules::Form::data_uri;
        return {in_base64(is_data_uri ? "data:" + order_.file.media_type + ";base64," : std::string(),
                          order_.file.view()),
                std::nullopt};
    }

    asio::awaitable<HandOverOutcome> by_upload() {
        const auto& files = *binding().files;
        KeptOfUpload kept;
        for (const auto& step : files.steps) {
            const auto request = upload_request(step, connection(), order_.file, kept);
            if (!request)
                co_return request.error();
            const auto answered = co_await send(*request);
            if (auto error = error_of(answered, *request))
                co_return *std::move(error);
            if (auto error = keep_of_reply(step, std::get<HttpReply>(answered).body, binding(), kept))
                co_return *std::move(error);
        }
        auto value = uploaded_value(files, binding(), kept);
        if (!value)
            co_return value.error();
        co_return HandedOver{std::move(*value), std::nullopt};
    }

    std::optional<Error> error_of(const Answered& answered, const UploadRequest& request) const {
        const auto host = request.origin.authority();
        if (const auto* failure = std::get_if<TransportFailure>(&answered))
            return error_of_upload(*failure, request.is_authorized ? binding().name : host);
        const auto& reply = std::get<HttpReply>(answered);
        if (!is_success(reply.status))
            return request.is_authorized ? error_of_upload(reply, binding())
                                         : error_of_told_host(reply, host, binding());
        const auto document =
            request.is_authorized && binding().refusal ? parse_reply(reply.body, binding()) : std::nullopt;
        return document && is_refusal(*document, binding())
                   ? std::optional(error_of_refusal(reply, binding()))
                   : std::nullopt;
    }

    asio::awaitable<HandOverOutcome> by_storage() {
        const auto& storage = *connection().storage;
        StoredFile stored;
        stored.object = object_name(storage, order_.run_digest, extension_of(order_.file.media_type));
        UploadRequest request;
        request.method = "PUT";
        request.origin = storage.origin;
        request.target =
            presigned_target(storage, request.method, stored.object, std::time(nullptr), upload_lifetime);
        request.headers = {{"Content-Type", order_.file.media_type}};
        request.sends_file = true;
        const auto answered = co_await send(request);
        if (const auto* failure = std::get_if<TransportFailure>(&answered))
            co_return error_of_upload(*failure, "the storage " + storage.origin.authority());
        if (const auto& reply = std::get<HttpReply>(answered); !is_success(reply.status))
            co_return error_of_storage(reply, storage);
        stored.signed_at = std::time(nullptr); // the service's time begins now, however long the upload took
        auto url = stored_file_url(storage, stored);
        co_return HandedOver{std::move(url), std::move(stored)};
    }

    // The last answer of as many tries as may help.
    asio::awaitable<Answered> send(const UploadRequest& request) {
        for (int next_try = 2;; ++next_try) {
            auto answered = co_await try_once(request);
            if (next_try > max_tries || ended || !is_worth_another_try(answered))
                co_return answered;
            const auto wait = wait_before(next_try, answered);
            if (wait > longest_wait)
                co_return answered;
            co_await pause(wait);
            if (ended)
                co_return failure(*ended, {});
        }
    }

    asio::awaitable<void> pause(std::chrono::milliseconds time) {
        asio::steady_timer waiting(strand_, time);
        const ScopedCancelHandler interruption(*this, [&waiting] { waiting.cancel(); });
        boost::system::error_code ignored;
        co_await waiting.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }

    asio::awaitable<Answered> try_once(const UploadRequest& request) {
        if (const auto over = ending())
            co_return *over;
        SSL_CTX* context = nullptr;
        if (request.origin.tls) {
            std::string fault;
            auto& authorities = request.is_authorized ? owner_.service_tls_ : owner_.other_tls_;
            context = authorities.get(connection().ca_file, fault);
            if (context == nullptr)
                co_return failure(Kind::tls, std::move(fault));
        }
        const Destination destination{request.origin, connection().proxy, context, nullptr, request.is_told};
        std::vector<std::string_view> body{request.head};
        if (request.sends_file)
            body.push_back(order_.file.view());
        body.push_back(request.tail);
        std::uint64_t bytes = 0;
        for (const auto piece : body)
            bytes += piece.size();
        Secret signature;
        const auto head = head_of(request, bytes, signature);

        const auto attempt = std::make_shared<HttpExchange>(strand_);
        attempt->limit_time(connection().request_timeout + time_to_send(bytes));
        const ScopedCancelHandler interruption(*this, [this, attempt] { attempt->end(*ended); });
        const auto began = std::chrono::steady_clock::now();
        auto answered = co_await send_pieces(owner_.io_, destination, head, body,
                                             binding().request_id_headers, owner_.resolver_, *attempt);
        attempt->timer.cancel();
        if (auto* reply = std::get_if<HttpReply>(&answered))
            reply->signature = signature;
        signature_ = std::move(signature);
        trace(request, bytes, answered, began);
        co_return answered;
    }

    RequestText head_of(const UploadRequest& request, std::uint64_t body_bytes, Secret& signature) const {
        auto begun =
            request.is_authorized
                ? authorized_request(connection(), request.method, request.target, request.origin.authority())
                : AuthorizedRequest{RequestWriter(request.method, request.target, request.origin.authority()),
                                    {}};
        signature = std::move(begun.signature);
        HttpRequest headers;
        headers.headers = request.headers;
        headers.headers.emplace_back("Connection", "close");
        write_headers(headers, owner_.user_agent_, [&](std::string_view name, std::string_view value) {
            begun.writer.header(name, value);
        });
        return std::move(begun.writer).finish_before(body_bytes);
    }

    void trace(const UploadRequest& request, std::uint64_t bytes, const Answered& answered,
               std::chrono::steady_clock::time_point began) const {
        if (!order_.trace)
            return;
        const auto took = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - began);
        order_.trace(
            trace_line({order_.run_key, request, bytes, answered, took}, connection(), owner_.user_agent_));
    }

    void mask(Error& error) const {
        const MaskedRequest mask(connection(), owner_.user_agent_, signature_);
        const auto masked = [&](std::string& text) { text = mask.text(text); };
        masked(error.message);
        masked(error.request_id);
        for (auto& detail : error.details)
            masked(detail.message);
    }

    const Connection& connection() const { return *order_.connection; }
    const Binding& binding() const { return *order_.connection->binding; }

    FileHandOver& owner_;
    asio::any_io_executor strand_;
    HandOverOrder order_;
    Done done_;
    Secret signature_; // of the last request's token, which a reply may repeat
};

std::shared_ptr<HttpExchange> FileHandOver::hand_over(const asio::any_io_executor& strand,
                                                      HandOverOrder order, Done done) {
    const auto work = std::make_shared<Work>(*this, strand, std::move(order), std::move(done));
    Work::start(work);
    return work;
}

} // namespace job_engine
