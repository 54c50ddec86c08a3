#include "api/api_text.hpp"

#include "base/plain_text.hpp"

namespace job_engine {

std::string presentable(std::string_view text, std::size_t max_bytes) {
    return plain_text(text, max_bytes);
}

std::string clause(std::string_view text) {
    auto out = presentable(text);
    if (out.ends_with('.') && !out.ends_with("..."))
        out.pop_back();
    return out;
}

} // namespace job_engine
