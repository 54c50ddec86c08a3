#include "job/file_delivery.hpp"

#include "base/plain_text.hpp"
#include "job/duration_text.hpp"
#include "job/idempotency_key.hpp"
#include "media/media_file.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

namespace job_engine {
namespace {

namespace asio = boost::asio;

using namespace std::chrono_literals;

constexpr std::size_t max_reason_bytes = 1'000;
constexpr auto usual_url_lifetime = 24h; // of a service that keeps what it is given for a day

FileLimits limits_of(const Connection& connection) {
    auto limits = file_limits(connection);
    limits.max_bytes = limits.max_bytes == 0 ? max_file_bytes : std::min(limits.max_bytes, max_file_bytes);
    return limits;
}

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const auto& text : texts)
        all += (all.empty() ? "" : ", ") + text;
    return all;
}

Error not_given(const HandOverFile& file, const std::string& reason) {
    auto why = plain_text(reason, max_reason_bytes);
    if (why.empty())
        why = "The host has no file " + file.name + ", and gives no reason.";
    auto error = make_error(ErrorCode::file_not_given, why);
    error.details = {{"/" + file.input, std::move(why)}};
    return error;
}

Error in_another_storage(const HandOverFile& file) {
    const auto what = "must be the one of the first submit, with the same key and lifetime_seconds";
    auto error = make_error(ErrorCode::cannot_hand_over_file,
                            "The job may have been submitted with the " + file.input
                                + " in a storage that is not the connection's any more: give the connection "
                                  "the storage that it had, so that the same is submitted.");
    error.details = {{"/storage", what}};
    return error;
}

Error not_given_in_time(const HandOverFile& file, Millis time) {
    auto error = make_error(ErrorCode::file_not_given, "The host did not give the file " + file.name
                                                           + " within " + duration_text(time) + ".");
    error.retryable = true;
    return error;
}

} // namespace

std::shared_ptr<FileDelivery> FileDelivery::start(const asio::any_io_executor& strand, FileTurns turns,
                                                  FileHandOver& hand_over, Order order, Done done) {
    auto delivery =
        std::make_shared<FileDelivery>(strand, turns, hand_over, std::move(order), std::move(done));
    delivery->begin();
    return delivery;
}

FileDelivery::FileDelivery(asio::any_io_executor strand, FileTurns turns, FileHandOver& hand_over,
                           Order order, Done done)
    : HttpExchange(strand), strand_(std::move(strand)), turns_(turns), hand_over_(hand_over),
      order_(std::move(order)), done_(std::move(done)) {}

// What an earlier submit has left at the service. Once a job may exist, nothing but what was sent: a service
// may compare the bodies of two submits with one key. Before that only what the service can still fetch.
std::optional<FileOutcome> FileDelivery::within_reach() const {
    const auto& kept = order_.file.kept;
    if (!kept || !kept->is_within_reach())
        return std::nullopt;
    const auto& storage = order_.connection->storage;
    auto url = kept->url;
    std::chrono::seconds lifetime = usual_url_lifetime;
    if (url.empty()) {
        if (storage)
            url = stored_file_url(*storage, {kept->object, kept->since});
        if (!storage || HexDigest(sha256(url)) != kept->signed_url)
            return order_.file.may_exist ? std::optional<FileOutcome>(in_another_storage(order_.file))
                                         : std::nullopt;
        lifetime = storage->lifetime / 2; // the job may wait there, too
    }
    const std::chrono::seconds age(std::time(nullptr) - kept->since);
    if (order_.file.may_exist || (age >= 0s && age < lifetime))
        return FileForSubmit{std::move(url), *kept};
    return std::nullopt;
}

void FileDelivery::begin() {
    cancel_handler = [this] {
        finish_later(*ended == Kind::timed_out ? not_given_in_time(order_.file, order_.max_wait)
                                               : make_error(ErrorCode::cancelled, "The file was given up."));
    };
    if (auto outcome = within_reach())
        return finish_later(std::move(*outcome));
    if (hand_over_way(*order_.connection) == HandOverWay::none)
        return finish_later(no_way_for_files(*order_.connection, order_.file.input));
    take_turn(turns_.of_service, turn_->of_service, &FileDelivery::take_turn_of_session);
}

void FileDelivery::take_turn(FairSemaphore& turns, FairSemaphore::Permit& permit,
                             void (FileDelivery::*then)()) {
    turns.request(
        [self = self(), then] {
            asio::post(self->strand_, [self, then] {
                if (self->done_ != nullptr && !self->ended)
                    ((*self).*then)();
            });
        },
        permit);
}

void FileDelivery::take_turn_of_session() {
    take_turn(turns_.of_session, turn_->of_session, &FileDelivery::ask_host);
}

void FileDelivery::ask_host() {
    is_asked_ = true;
    limit_time(order_.max_wait);
    const auto limits = limits_of(*order_.connection);
    order_.ask({order_.file.name, "/" + order_.file.input, joined(limits.media_types), limits.max_bytes,
                limits.max_side});
}

void FileDelivery::answered(HostFile file) {
    if (!std::exchange(is_asked_, false) || done_ == nullptr || ended)
        return;
    timer.cancel();
    if (file.failure)
        return finish_later(not_given(order_.file, *file.failure));
    const auto limits = limits_of(*order_.connection);
    if (file.bytes == nullptr)
        return finish_later(file_too_large(file.size, order_.file.input, limits.max_bytes));
    if (auto fault = fault_of_file(*file.bytes, order_.file.input, limits.media_types, limits.max_bytes))
        return finish_later(std::move(*fault));
    send(std::move(file.bytes));
}

void FileDelivery::send(std::shared_ptr<const std::string> bytes) {
    digest_ = HexDigest(sha256(*bytes));
    const auto type = media_format_of(std::string_view(*bytes).substr(0, media_signature_bytes)).media_type;
    HandOverOrder order;
    order.file = {std::move(bytes), order_.file.input + "." + std::string(extension_of(type)),
                  std::string(type)};
    order.run_key = order_.run_key;
    order.run_digest = digest_with_file(order_.file.key, digest_).text();
    order.connection = order_.connection;
    order.trace = order_.trace;
    upload_ =
        hand_over_.hand_over(strand_, std::move(order),
                             [self = self()](const std::exception_ptr& defect, HandOverOutcome outcome) {
                                 self->sent(defect, std::move(outcome));
                             });
    cancel_handler = [this] { upload_->abort(); };
}

void FileDelivery::sent(const std::exception_ptr& defect, HandOverOutcome outcome) {
    upload_.reset();
    if (auto* error = std::get_if<Error>(&outcome))
        return finish(defect, std::move(*error));
    auto& handed_over = std::get<HandedOver>(outcome);
    FileForSubmit file;
    file.kept.digest = digest_;
    if (handed_over.stored) {
        file.kept.object = handed_over.stored->object;
        file.kept.since = handed_over.stored->signed_at;
        file.kept.signed_url = HexDigest(sha256(handed_over.value));
    } else if (hand_over_way(*order_.connection) == HandOverWay::in_the_submit) {
        file.turn = std::move(turn_);
    } else {
        file.kept.url = handed_over.value;
        file.kept.since = std::time(nullptr);
    }
    file.text = std::move(handed_over.value);
    finish(defect, std::move(file));
}

void FileDelivery::finish_later(FileOutcome outcome) {
    // Handlers are copied, and an outcome is not.
    asio::post(strand_, [self = self(), kept = std::make_shared<FileOutcome>(std::move(outcome))] {
        self->finish(nullptr, std::move(*kept));
    });
}

void FileDelivery::finish(const std::exception_ptr& defect, FileOutcome outcome) {
    if (done_ == nullptr)
        return;
    timer.cancel();
    cancel_handler = nullptr;
    turn_.reset();
    std::exchange(done_, nullptr)(defect, std::move(outcome));
}

} // namespace job_engine
