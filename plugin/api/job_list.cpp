#include "api/job_list.hpp"

#include "api/reply_fields.hpp"
#include "api/request.hpp"
#include "json/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>

namespace job_engine {
namespace {

constexpr std::size_t max_text_with_marker = std::size_t{64} << 10;

bool is_hex_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

// Where a service has no member of its own for it, it stands within a longer text. Empty: there is none.
std::string marker_in(std::string_view text) {
    for (auto at = text.find(run_marker_prefix); at != std::string_view::npos;
         at = text.find(run_marker_prefix, at + 1)) {
        const auto marker = text.substr(at, run_marker_bytes);
        const auto digits = marker.substr(run_marker_prefix.size());
        if (marker.size() == run_marker_bytes && std::all_of(digits.begin(), digits.end(), is_hex_digit))
            return std::string(marker);
    }
    return {};
}

} // namespace

std::optional<JobPage> read_job_page(const HttpReply& reply, const Binding& binding, const Origin& origin,
                                     std::string_view target) {
    const auto& list = *binding.find;
    const auto document = parse_document(reply.body);
    const auto* items = document ? at_pointer(*document, list.items) : nullptr;
    if (items == nullptr || !items->is_array() || is_refusal(*document, binding))
        return std::nullopt;
    JobPage page;
    page.items = items->get_array().size();
    for (const auto& item : items->get_array())
        for (const auto& pointer : list.marker)
            if (auto marker = marker_in(text_at(item, pointer, max_text_with_marker)); !marker.empty())
                page.ids.emplace_back(std::move(marker), text_at(item, list.id, max_id_bytes));
    const auto next = text_at(*document, list.next, max_json_bytes);
    page.has_next = !next.empty();
    if (page.has_next)
        page.next = same_origin_target(origin, target, next).value_or("");
    return page;
}

} // namespace job_engine
