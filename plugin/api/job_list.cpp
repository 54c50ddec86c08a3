#include "api/job_list.hpp"

#include "api/reply_fields.hpp"
#include "api/request.hpp"
#include "json/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace job_engine {
namespace {

namespace json = boost::json;

bool is_hex_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

// A text with more is no answer to what was sent, and takes time by the square of their number.
constexpr std::size_t max_markers = 64;

// Where a service has no member of its own for it, it stands within a longer text. false: there are too many.
bool add_markers(std::string_view text, std::vector<std::string>& markers) {
    for (auto at = text.find(run_marker_prefix); at != std::string_view::npos;
         at = text.find(run_marker_prefix, at + 1)) {
        const auto marker = text.substr(at, run_marker_bytes);
        const auto digits = marker.substr(run_marker_prefix.size());
        if (marker.size() == run_marker_bytes && std::all_of(digits.begin(), digits.end(), is_hex_digit)
            && std::find(markers.begin(), markers.end(), marker) == markers.end())
            markers.emplace_back(marker);
        if (markers.size() > max_markers)
            return false;
    }
    return true;
}

// What is there, but leads nowhere, is a page that was not read.
void read_next(const json::value& document, const Pointers& pointers, const Origin& origin,
               std::string_view target, JobPage& page) {
    for (const auto& pointer : pointers) {
        const auto* next = at_pointer(document, pointer);
        const bool is_none = next == nullptr || next->is_null() || (next->is_bool() && !next->get_bool())
                             || (next->is_string() && next->get_string().empty());
        if (is_none)
            continue;
        page.has_next = true;
        if (next->is_string() && page.next.empty())
            page.next = same_origin_target(origin, target, next->get_string()).value_or("");
    }
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
    for (const auto& item : items->get_array()) {
        auto& job = page.jobs.emplace_back();
        job.id = text_at(item, list.id, max_id_bytes);
        for (const auto& pointer : list.marker)
            if (!add_markers(text_at(item, pointer, max_json_bytes), job.markers))
                return std::nullopt;
    }
    read_next(*document, list.next, origin, target, page);
    return page;
}

} // namespace job_engine
