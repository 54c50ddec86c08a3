#pragma once

#include <string>
#include <string_view>

namespace cli::check {

// What is wrong with the text as a JSON Schema, or empty.
std::string fault_of_schema(std::string_view schema_json);

// How the JSON breaks the schema, as a sentence that names the place; empty: it does not. A text that is not
// JSON breaks every schema.
std::string violation(std::string_view schema_json, std::string_view instance_json);

} // namespace cli::check
