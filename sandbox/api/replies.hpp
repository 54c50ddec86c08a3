#pragma once

#include "api/faults.hpp"
#include "api/routes.hpp"
#include "http/http_message.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace sandbox {

// A part of the front page, with its security policy.
Reply embedded_reply(std::string content_type, const char* text);

Reply file_reply(std::filesystem::path path, std::string content_type);

Reply redirect(const std::string& location);

Reply not_found();
Reply job_not_found(const std::string& id);
Reply method_not_allowed(Resource resource);
Reply unauthorised();
Reply model_not_available(std::string message);

// The answer of a fault that prevents the request from being carried out; nothing for the other kinds.
std::optional<Reply> reply_before(const Fault& fault);

// What becomes of `reply`, the answer to a request that has been carried out.
Reply reply_after(const Fault& fault, Reply reply);

} // namespace sandbox
