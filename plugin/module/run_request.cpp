#include "module/run_request.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

namespace job_engine {
namespace {

constexpr Millis default_checkpoint_timeout{30'000};
constexpr std::size_t traceparent_length = 55;

// A host's "for ever", as a duration that can be added to a moment.
constexpr std::int64_t max_ms = Millis(std::chrono::hours(24 * 365)).count();
Millis bounded(std::int64_t ms) {
    return Millis(std::clamp<std::int64_t>(ms, 0, max_ms));
}

std::string_view view_of(const char* text) {
    return text != nullptr ? std::string_view(text) : std::string_view();
}

Millis suspend_after_of(const wfn_request& request) {
    switch (request.suspend) {
    case WFN_SUSPEND_WHEN_SUBMITTED:
        return Millis(0);
    case WFN_SUSPEND_AFTER:
        return bounded(request.suspend_after_ms);
    default:
        return Millis::max();
    }
}

// A trace parent that could not stand in a header is left out: tracing must not fail a run.
std::string_view usable_traceparent(std::string_view text) {
    const bool usable =
        text.size() == traceparent_length && text.find_first_not_of("0123456789abcdef-") == std::string::npos;
    return usable ? text : std::string_view();
}

} // namespace

RunRequest::RunRequest(const wfn_request& request, std::size_t node, Accounts& accounts)
    : flags(request.flags), input_json(view_of(request.input_json)),
      traceparent(usable_traceparent(view_of(request.traceparent))), timeout(bounded(request.timeout_ms)),
      checkpoint_timeout(request.checkpoint_timeout_ms > 0 ? bounded(request.checkpoint_timeout_ms)
                                                           : default_checkpoint_timeout),
      suspend_after(suspend_after_of(request)) {
    if (request.connection_json != nullptr)
        account = accounts.of(node, request.connection_json);
    if (request.checkpoint_json != nullptr)
        checkpoint_json = view_of(request.checkpoint_json);
}

Purpose RunRequest::purpose() const noexcept {
    if ((flags & WFN_CHECK_CONNECTION) != 0)
        return Purpose::check_connection;
    return (flags & WFN_COLLECT_ONLY) != 0 ? Purpose::collect_job : Purpose::make_job;
}

RunRequest::Owner RunRequest::copy_of(const wfn_request& request, std::size_t node, Accounts& accounts,
                                      std::size_t min_bytes) {
    const auto text_bytes = view_of(request.input_json).size() + view_of(request.checkpoint_json).size()
                            + view_of(request.traceparent).size();
    ReusableMemory memory;
    memory.bytes = std::max(sizeof(RunRequest) + text_bytes, min_bytes);
    memory.block.reset(::operator new(memory.bytes));
    Owner copy(new (memory.block.get()) RunRequest(request, node, accounts));
    copy->bytes_ = memory.bytes;
    auto* next = static_cast<char*>(memory.block.release()) + sizeof(RunRequest);
    const auto keep = [&next](std::string_view& text) {
        if (text.data() == nullptr)
            return; // not even an empty one
        text = {std::copy(text.begin(), text.end(), next) - text.size(), text.size()};
        next += text.size();
    };
    keep(copy->input_json);
    keep(copy->traceparent);
    if (copy->checkpoint_json)
        keep(*copy->checkpoint_json);
    return copy;
}

void RunRequest::End::operator()(RunRequest* request) const noexcept {
    memory_of(Owner(request));
}

ReusableMemory RunRequest::memory_of(Owner request) noexcept {
    ReusableMemory memory;
    memory.bytes = request->bytes_;
    auto* ended = request.release();
    ended->~RunRequest();
    memory.block.reset(ended);
    return memory;
}

} // namespace job_engine
