#include "api/job_list.hpp"

#include "api/reply_fields.hpp"
#include "api/request.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace job_engine {
namespace {

constexpr std::size_t max_text_with_marker = std::size_t{64} << 10;

} // namespace

std::optional<JobPage> read_job_page(const HttpReply& reply, const Binding& binding, const Origin& origin,
                                     std::string_view target, std::string_view marker) {
    const auto& list = *binding.find;
    const auto document = parse_document(reply.body);
    const auto* items = document ? at_pointer(*document, list.items) : nullptr;
    if (items == nullptr || !items->is_array() || is_refusal(*document, binding))
        return std::nullopt;
    JobPage page;
    page.items = items->get_array().size();
    for (const auto& item : items->get_array())
        for (const auto& pointer : list.marker) {
            // Where a service has no field of its own for it, it stands within a longer text.
            const auto text = text_at(item, pointer, max_text_with_marker);
            page.shows_markers = page.shows_markers || text.find(run_marker_prefix) != std::string::npos;
            if (page.has_marker || text.find(marker) == std::string::npos)
                continue;
            page.has_marker = true;
            page.id = text_at(item, list.id, max_id_bytes);
        }
    const auto next = text_at(*document, list.next, max_json_bytes);
    page.has_next = !next.empty();
    if (page.has_next)
        page.next = same_origin_target(origin, target, next).value_or("");
    return page;
}

} // namespace job_engine
