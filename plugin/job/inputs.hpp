#pragma once

#include "api/binding.hpp"
#include "api/error.hpp"
#include "base/rare_text.hpp"
#include "base/sha256.hpp"
#include "job/node_type.hpp"

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace job_engine {

// A node's inputs by name, valid and with the schema's defaults; what is not sent is absent.
struct CheckedInputs {
    boost::json::object values;
    std::vector<Warning> warnings;
    std::string file{}; // the name of the host's file that the media input is; empty: it is none
};

// Reads input_json into the storage. Fails as Invalid Input with every violation, or with invalid_media_url.
Result<CheckedInputs> read_inputs(std::string_view input_json, const Node& node, bool allow_loopback_http,
                                  boost::json::storage_ptr storage = {});

// What is needed to submit a job, whatever the node.
struct PreparedJob {
    RareText path;         // of the submit, where it has inputs in it; empty: the binding's
    std::string body;      // of the submit, as the API's binding wants it, but for the run's key
    HexDigest digest;      // of the inputs
    std::string kind;      // jobs of one kind take about as long
    std::string media_url; // to be looked at before anything is paid; empty: none
    // The name of the host's file whose place the body has; empty: none.
    RareText file;
};

PreparedJob prepare_job(const boost::json::object& inputs, const Node& node, const Binding& binding);

// The body of a submit with the text that the API gets for the file: its URL, or the file itself as text.
std::string body_with_file(std::string_view body, const HexDigest& inputs, std::string_view text);

} // namespace job_engine
