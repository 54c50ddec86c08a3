#pragma once

#include "json/violation.hpp"

#include <boost/json/value.hpp>

#include <memory>
#include <string_view>
#include <vector>

namespace job_engine {

// A compiled JSON Schema (draft 7). Immutable: threads may share one.
class Schema {
public:
    // Throws std::exception when the text is not a schema: the schemas are part of the module.
    explicit Schema(std::string_view schema_text);
    Schema(const Schema&) = delete;
    Schema& operator=(const Schema&) = delete;
    ~Schema();

    // Every violation, the deepest paths first; empty when the value conforms. No message repeats a
    // value, for it may be a secret.
    std::vector<Violation> validate(const boost::json::value& value) const;

    const boost::json::object& document() const noexcept { return document_; }

private:
    struct Compiled;

    boost::json::object document_;
    std::unique_ptr<Compiled> compiled_;
};

} // namespace job_engine
