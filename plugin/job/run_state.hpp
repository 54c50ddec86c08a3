#pragma once

#include "api/reply.hpp"
#include "base/secret.hpp"
#include "job/checkpoint.hpp"
#include "job/node_type.hpp"
#include "job/retry.hpp"
#include "job/run_parameters.hpp"
#include "job/run_report.hpp"
#include "job/service_state.hpp"

#include <cstddef>
#include <utility>

namespace job_engine {

// Why a run ends early.
enum class Ending { none, cancel, suspend, deadline };

// How long a cancel takes at most, and a suspend or deadline that waits for the end of a request.
inline constexpr Millis ending_bound{5'000};

// What the machines of one run share: see JobFlow. What it is given by reference must outlive it.
struct RunState {
    RunState(RunParameters run_parameters, ServiceState& its_service, const Node& its_node)
        : parameters(std::move(run_parameters)), service(its_service), node(its_node),
          report(*parameters.connection) {}

    RunState(const RunState&) = delete; // the machines refer to it
    RunState& operator=(const RunState&) = delete;
    ~RunState() { drop_reply(); }

    const Connection& connection() const noexcept { return *parameters.connection; }
    const Binding& binding() const noexcept { return *connection().binding; }
    Jitter& jitter() noexcept { return parameters.jitter; }
    bool has_job() const noexcept { return !checkpoint.job.id.empty(); }
    void take_job(const JobReply& job);
    // What the submit was answered is of use until a poll has found the job. The host has it in the
    // checkpoint meanwhile; in memory only so many runs of a service hold it, for there may be tens of
    // thousands.
    void hold_reply();
    void drop_reply();

    RunParameters parameters;
    ServiceState& service;
    const Node& node;
    Checkpoint checkpoint; // the key and, once it is known, the job
    RunReport report;
    Ending ending = Ending::none;
    bool holds_reply = false;
    TimePoint deadline{};
    TimePoint ending_by = TimePoint::max(); // bound on an ending
    TimePoint suspend_at = TimePoint::max();
    std::size_t media_input = 0; // hash of the URL of the media that was sent; 0: none
    // Of its URL in the storage, which a service may repeat; that of the video, which may look the same, is
    // none.
    Secret file_signature;
    RareText last_trouble; // a sentence about the last reply, where it said nothing that is known
};

// A target goes into the checkpoint. One in which a secret was masked leads nowhere, so it is left out: then
// the binding's path does.
RareText keepable(const RareText& target);

} // namespace job_engine
