#pragma once

#include "base/time.hpp"
#include "http/http_exchange.hpp"
#include "job/attachment.hpp"
#include "job/file_for_submit.hpp"
#include "job/file_turns.hpp"
#include "job/step.hpp"
#include "upload/file_hand_over.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <string>

namespace job_engine {

// The longest wait for a host's file: it may be converted, or come from far.
inline constexpr Millis max_wait_for_host{120'000};

// No service is known to take a larger image.
inline constexpr std::uint64_t max_file_bytes = std::uint64_t{50} << 20;

// The way of one file from the host to the service: its turn, the host's answer, the check, the upload. What
// is at the service already, by an earlier attempt, needs nothing of it. As an exchange it is the whole of
// it.
class FileDelivery final : public HttpExchange {
public:
    struct Order {
        HandOverFile file;
        std::string run_key; // for the trace
        std::shared_ptr<const Connection> connection;
        std::function<void(const AttachmentRequest&)> ask; // the host, which answers by answered()
        std::function<void(std::string)> trace;            // empty: no lines are wanted
        Millis max_wait = max_wait_for_host;
    };
    // Told on the strand, never from inside start() or abort(). A defect: what was thrown.
    using Done = std::function<void(const std::exception_ptr& defect, FileOutcome outcome)>;

    // turns and hand_over must live until done was called.
    static std::shared_ptr<FileDelivery> start(const boost::asio::any_io_executor& strand, FileTurns turns,
                                               FileHandOver& hand_over, Order order, Done done);

    FileDelivery(boost::asio::any_io_executor strand, FileTurns turns, FileHandOver& hand_over, Order order,
                 Done done);

    // Of no meaning where nothing was asked for.
    void answered(HostFile file);

private:
    std::shared_ptr<FileDelivery> self() {
        return std::static_pointer_cast<FileDelivery>(shared_from_this());
    }
    std::optional<FileOutcome> within_reach() const;
    void begin();
    void take_turn(FairSemaphore& turns, FairSemaphore::Permit& permit, void (FileDelivery::*then)());
    void take_turn_of_session();
    void ask_host();
    void send(std::shared_ptr<const std::string> bytes);
    void sent(const std::exception_ptr& defect, HandOverOutcome outcome);
    void finish_later(FileOutcome outcome);
    void finish(const std::exception_ptr& defect, FileOutcome outcome);

    const boost::asio::any_io_executor strand_;
    const FileTurns turns_;
    FileHandOver& hand_over_;
    Order order_;
    Done done_; // empty once it was called
    std::unique_ptr<FileTurn> turn_ = std::make_unique<FileTurn>();
    bool is_asked_ = false;
    HexDigest digest_;
    std::shared_ptr<HttpExchange> upload_;
};

} // namespace job_engine
