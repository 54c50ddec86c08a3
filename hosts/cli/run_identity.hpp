#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cli {

/*
 * The input with its members sorted and without spaces, so that two texts of one input are equal; a text
 * that is not JSON as it is.
 */
std::string canonical_input(std::string_view input_json);

/* A name that no other run has: "run-0123456789abcdef". */
std::string new_run_key();

/*
 * The name of a line of a batch: "<batch>:<line>:<16 digits of the node and the input>". The same line
 * has the same name again; a line that was changed is another run.
 */
std::string batch_run_key(const std::string& batch, std::int64_t line, std::string_view action,
                          std::string_view input_json);

/*
 * Whether a checkpoint names the job, as a string anywhere in its JSON. A checkpoint is the module's own
 * business; but one that names the job has been made after the submit, and one that does not may lead to
 * another submit.
 */
bool checkpoint_names_job(std::string_view checkpoint_json, std::string_view job_id);

} // namespace cli
