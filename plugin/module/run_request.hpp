#pragma once

#include "base/reusable_memory.hpp"
#include "base/time.hpp"
#include "job/run_parameters.hpp"
#include "module/accounts.hpp"

#include <workflow_node/node.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace job_engine {

// What of a wfn_request is needed until the run has begun, copied: the host's own is only there during
// execute. One piece of memory, in which the run goes on.
struct RunRequest {
    struct End {
        void operator()(RunRequest* request) const noexcept;
    };
    using Owner = std::unique_ptr<RunRequest, End>;

    static Owner copy_of(const wfn_request& request, std::size_t node, Accounts& accounts,
                         std::size_t min_bytes);
    // Ends the request.
    static ReusableMemory memory_of(Owner request) noexcept;

    Purpose purpose() const noexcept;

    std::uint32_t flags = 0;
    std::string_view input_json;
    std::optional<std::string_view> checkpoint_json;
    std::string_view traceparent;
    std::shared_ptr<Account> account; // nullptr: no connection was given
    Millis timeout{};
    Millis checkpoint_timeout{};
    Millis suspend_after{};

private:
    RunRequest(const wfn_request& request, std::size_t node, Accounts& accounts);
    ~RunRequest() = default;

    std::size_t bytes_ = 0; // of the whole piece
};

} // namespace job_engine
