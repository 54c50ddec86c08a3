#pragma once

#include "api/binding.hpp"

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace job_engine {

// How the members of a reply are read, by reply.cpp and reply_error.cpp.

inline constexpr std::size_t max_id_bytes = 1024;

// A reply's body; nullopt when it is not JSON or breaks the limits of parse_json. A whole number too long for
// a double is read as text: an id must not be rounded.
std::optional<boost::json::value> parse_document(std::string_view body,
                                                 boost::json::storage_ptr storage = {});

// The same; nullopt also when it is not an object.
std::optional<boost::json::value> parse_reply(std::string_view body, boost::json::storage_ptr storage = {});

// The same, with the texts of the binding that hold JSON read as such.
std::optional<boost::json::value> parse_reply(std::string_view body, const Binding& binding,
                                              const boost::json::storage_ptr& storage = {});

const boost::json::value* at_pointer(const boost::json::value& document, std::string_view pointer);

// Text, or a whole number as text; empty when there is none.
std::string text_of(const boost::json::value* value, std::size_t max_bytes);
std::string text_at(const boost::json::value& document, std::string_view pointer, std::size_t max_bytes);
std::string text_at(const boost::json::value& document, const Pointers& pointers, std::size_t max_bytes);
std::optional<double> number_at(const boost::json::value& document, const Pointers& pointers);

// The API's error code where the binding says, one that it lists first; empty: none.
std::string error_code_at(const boost::json::value& document, const Binding& binding);

// Whether the binding says where a 2xx says no, and this one does.
bool is_refusal(const boost::json::value& document, const Binding& binding);

// Why a job failed or a request was refused, where APIs put it beside what the binding says.
std::string usual_error_code(const boost::json::value& document);
std::string usual_error_message(const boost::json::value& document);

// Whether a 2xx reply says no in its body: {"code": 401}, {"success": false}, {"base_resp": ...}.
bool says_no(const boost::json::value& document);

// Whether a member looks like the id of a job, although it is not where the binding says.
bool hints_at_job(const boost::json::value& document);

} // namespace job_engine
