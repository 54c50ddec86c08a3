#pragma once

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <span>
#include <string>

namespace job_engine {

// A JSON value whose texts have places for inputs: "{{prompt}}". A text that is one place as a whole becomes
// that input's JSON value; within a longer text the input's own text is put in. Four braces stand for two.

// The template with its inputs filled in; a member whose input is absent is left out.
boost::json::value fill_template(const boost::json::value& body_template, const boost::json::object& inputs,
                                 const boost::json::object& value_maps,
                                 const boost::json::storage_ptr& storage = {});

// What is wrong with the template's places, a clause; nullopt: every one names one of the inputs.
std::optional<std::string> template_fault(const boost::json::value& body_template,
                                          std::span<const std::string> input_names);

} // namespace job_engine
