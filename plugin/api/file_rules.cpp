#include "api/file_rules.hpp"

#include "api/body_template.hpp"
#include "api/description.hpp"
#include "api/request_faults.hpp"
#include "base/plain_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>

namespace job_engine {
namespace {

namespace json = boost::json;

FileRules::Form form_named(std::string_view name) {
    if (name == "data_uri")
        return FileRules::Form::data_uri;
    return name == "base64" ? FileRules::Form::base64 : FileRules::Form::upload;
}

// The host is read apart from the rest, in which there may be places.
void read_url(UploadStep& step) {
    constexpr std::string_view scheme_end = "://";
    const auto scheme = step.url.find(scheme_end);
    const auto begin = step.url.find('/', scheme == std::string::npos ? 0 : scheme + scheme_end.size());
    if (step.url.starts_with("{{") || scheme == std::string::npos || begin == std::string::npos)
        return;
    const auto host = parse_http_url(std::string_view(step.url).substr(0, begin));
    if (!host || !host->origin.tls || !host->user_info.empty())
        return;
    step.origin = host->origin;
    step.path = step.url.substr(begin);
}

UploadStep step_of(const json::object& step) {
    UploadStep out;
    out.method = text_in(step, "method");
    out.has_one_address = step.contains("path") != step.contains("url");
    out.path = text_in(step, "path");
    out.url = text_in(step, "url");
    read_url(out);
    const auto* authorization = step.if_contains("authorization");
    out.is_authorized = out.url.empty() || (authorization != nullptr && authorization->as_bool());
    out.headers = headers_of(step);
    if (const auto* body = step.if_contains("body"))
        out.body.emplace(body->as_object(), json::storage_ptr()); // not the storage of what is read
    out.file_is_body = step.contains("file");
    if (const auto* form = step.if_contains("form"))
        out.form = json::object(form->as_object(), json::storage_ptr());
    out.form_from = text_in(step, "form_from");
    out.file_field = text_in(step, "file_field");
    out.keep = named_pointers_in(step, "keep");
    return out;
}

class FileFaults {
public:
    FileFaults(const FileRules& rules, const std::vector<std::string>& variables)
        : rules_(rules), names_(variables) {
        for (const auto name : {file_name_place, file_type_place, file_size_place})
            names_.emplace_back(name);
    }

    std::vector<Violation> found() {
        const bool is_upload = rules_.form == FileRules::Form::upload;
        if (is_upload != !rules_.steps.empty())
            add("/upload", is_upload ? "is missing: it says how the file gets to the service"
                                     : "is not used: as says another way than upload");
        for (std::size_t i = 0; i < rules_.steps.size(); ++i)
            check_step("/upload/steps/" + std::to_string(i), rules_.steps[i]);
        const bool sends_file =
            std::any_of(rules_.steps.begin(), rules_.steps.end(),
                        [](const UploadStep& step) { return step.file_is_body || !step.file_field.empty(); });
        if (!rules_.steps.empty() && !sends_file)
            add("/upload/steps", "send no file: one of them must have \"file\": true or file_field");
        if (!rules_.steps.empty())
            add("/upload/url", template_fault(json::value(rules_.url), kept_));
        return std::move(faults_);
    }

private:
    void add(const std::string& path, std::optional<std::string> fault) {
        if (fault)
            faults_.push_back({"/files" + path, std::move(*fault)});
    }

    void check_step(const std::string& where, const UploadStep& step) {
        if (!step.has_one_address)
            add(where, "must have either path or url");
        else if (step.path.empty())
            check_told_url(where, step);
        else
            check_path(where + (step.origin ? "/url" : "/path"), step.path);
        for (const auto& [name, value] : step.headers) {
            add(where + "/headers", header_fault(name, value));
            add(where + "/headers", template_fault(json::value(value), names_));
        }
        const bool is_form = !step.file_field.empty();
        if (int{step.body.has_value()} + int{step.file_is_body} + int{is_form} > 1)
            add(where, "must have no more than one of body, file and file_field");
        if (!is_form && (!step.form.empty() || !step.form_from.empty()))
            add(where, "has fields of a form without file_field, the one with the file");
        if (step.body)
            add(where + "/body", template_fault(*step.body, names_));
        add(where + "/form", template_fault(step.form, names_));
        if (!step.form_from.empty() && !is_kept(step.form_from))
            add(where + "/form_from", "names nothing that an earlier step keeps");
        for (const auto& kept : step.keep) {
            if (auto fault = name_fault(kept.first))
                add(where + "/keep/" + plain_text(kept.first, max_name_bytes), std::move(fault));
            kept_.push_back(std::string(kept_prefix) + kept.first);
            names_.push_back(kept_.back());
        }
    }

    void check_path(const std::string& where, std::string_view path) {
        add(where, path_text_fault(path));
        add(where, path_fault(path, names_));
    }

    void check_told_url(const std::string& where, const UploadStep& step) {
        const std::string_view url = step.url;
        const bool is_one_place = url.starts_with("{{") && url.find("}}") == url.size() - 2;
        if (!is_one_place)
            return add(where + "/url", "must be an https address whose host is written out, with a path, or "
                                       "{{kept.NAME}} alone");
        add(where + "/url", template_fault(json::value(url), kept_));
        if (step.is_authorized)
            add(where + "/authorization",
                "would send the API key to an address that a reply names: only one that is written here may "
                "have it");
    }

    bool is_kept(const std::string& name) const {
        return std::find(kept_.begin(), kept_.end(), std::string(kept_prefix) + name) != kept_.end();
    }

    const FileRules& rules_;
    std::vector<std::string> names_; // of all places so far
    std::vector<std::string> kept_;
    std::vector<Violation> faults_;
};

} // namespace

std::optional<FileRules> file_rules_of(const json::object& document) {
    const auto* member = document.if_contains("files");
    if (member == nullptr)
        return std::nullopt;
    const auto& files = member->as_object();
    FileRules out;
    out.media_types = texts_in(files, "media_types");
    std::replace(out.media_types.begin(), out.media_types.end(), std::string("image/jpg"),
                 std::string("image/jpeg")); // a wrong name, and a common one
    if (const auto* bytes = files.if_contains("max_bytes"))
        out.max_bytes = bytes->to_number<std::uint64_t>();
    if (const auto* side = files.if_contains("max_side"))
        out.max_side = side->to_number<std::uint32_t>();
    out.form = form_named(text_in(files, "as"));
    if (const auto* upload = files.if_contains("upload")) {
        for (const auto& step : upload->as_object().at("steps").as_array())
            out.steps.push_back(step_of(step.as_object()));
        out.url = text_in(upload->as_object(), "url");
    }
    return out;
}

std::vector<Violation> file_faults(const FileRules& rules, const std::vector<std::string>& variables) {
    return FileFaults(rules, variables).found();
}

} // namespace job_engine
