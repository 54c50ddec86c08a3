#pragma once

#include "http/http_message.hpp"
#include "jobs/job_store.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

// AgenticFlow's workflow API, as far as it is published, over the sandbox's jobs: a run of a workflow of one
// node, image_to_video, is a job. How the live service words what its public description leaves open is an
// assumption.
namespace sandbox::agenticflow {

struct NewRun {
    WorkflowRun workflow_run;
    GenerationRequest generation;
    std::optional<ApiError> failure; // it fails without being rendered
};

// Reads the body of a submit. The error is one for refusal().
std::variant<NewRun, ApiError> parse_new_run(std::string_view body);

// Why no run was made.
Reply refusal(const ApiError& error);

boost::json::object run_json(const Job& job, const std::string& base);

// A page of the workflow's runs, newest first.
boost::json::object run_list_json(const JobStore& store, std::string_view workflow_id, std::size_t limit,
                                  std::size_t offset, const std::string& base);

// Runs are named by UUIDs, each of which has a job's id in it. A UUID without one gives the empty text, and a
// text that is no UUID nothing.
std::string run_id_of(std::string_view job_id);
std::optional<std::string> job_id_of(std::string_view run_id);

Reply run_not_found();
Reply invalid_run_id();

// An answer of the sandbox's own API as this one words it; anything else stays as it is.
Reply reworded(Reply reply);

} // namespace sandbox::agenticflow
