#pragma once

#include "api/binding.hpp"

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace job_engine {

// A JSON value whose texts have places for inputs: "{{prompt}}". A text that is one place as a whole becomes
// that input's JSON value; within a longer text the input's own text is put in. Four braces stand for two.
// In the path of a request an input is percent-encoded as one segment, and with {{+name}} keeps its slashes.

// The places of a run's key and marker, which are known only when the request is made.
inline constexpr std::string_view run_key_place = "run.key";
inline constexpr std::string_view run_marker_place = "run.marker";

// In single braces, in the path of the list of jobs: the marker, and how many of its items were read.
inline constexpr std::string_view find_marker_place = "marker";
inline constexpr std::string_view find_offset_place = "offset";

// What the submit of these inputs sends; a member whose input is absent is left out.
boost::json::value fill_body(const SubmitRequest& submit, const boost::json::object& inputs,
                             const boost::json::storage_ptr& storage = {});
// Empty where there is no input in it.
std::string fill_path(const SubmitRequest& submit, const boost::json::object& inputs);

// The template of a request about a job, of which only the id is known.
boost::json::value fill_template(const boost::json::object& body_template, const boost::json::object& values);

// A path's template with these values; empty where one is absent or null.
std::string fill_path(std::string_view path, const boost::json::object& values);

// The text with one place filled; what the value has of braces is no place.
std::string with_place_in_text(std::string_view text, std::string_view name, std::string_view value);
// A header is no template afterwards: the value stays as it is.
std::string with_place_in_header(std::string_view text, std::string_view name, std::string_view value);
std::string with_place_in_path(std::string_view path, std::string_view name, std::string_view value);

// Whether this holds for a text, at whatever depth.
bool any_text(const boost::json::value& part, const std::function<bool(std::string_view)>& holds);

// Whether a text has this place.
bool has_place(const boost::json::value& body_template, std::string_view name);
// The same of a path, with {{+name}} as well.
bool has_place_in_path(std::string_view path, std::string_view name);

// What is wrong with the template's places, a clause; nullopt: every one has one of the names.
std::optional<std::string> template_fault(const boost::json::value& body_template,
                                          std::span<const std::string> names);
// The same of what stands in single braces: "{id}", "{+id}".
std::optional<std::string> single_brace_fault(std::string_view path, std::span<const std::string> names);
std::optional<std::string> path_fault(std::string_view path, std::span<const std::string> names);

} // namespace job_engine
