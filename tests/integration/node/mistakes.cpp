#include "mistakes.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

namespace node_tests {
namespace {

namespace json = boost::json;

using Names = std::vector<std::string>;

std::string text_of_value(const json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

Names segments_of(const std::string& pointer) {
    Names segments;
    for (std::size_t at = 0; at < pointer.size();) {
        const auto end = std::min(pointer.find('/', at + 1), pointer.size());
        segments.push_back(pointer.substr(at + 1, end - at - 1));
        at = end;
    }
    return segments;
}

std::string joined_segments(const Names& segments) {
    std::string pointer;
    for (const auto& segment : segments)
        pointer += "/" + segment;
    return pointer;
}

bool is_index(const std::string& segment) {
    return !segment.empty() && segment.find_first_not_of("0123456789") == std::string::npos;
}

// The pointers to all that a reply holds.
void add_places(const json::value& value, const std::string& pointer, std::set<std::string>& places) {
    if (!pointer.empty())
        places.insert(pointer);
    if (const auto* object = value.if_object())
        for (const auto& member : *object)
            add_places(member.value(), pointer + "/" + std::string(member.key()), places);
    if (const auto* array = value.if_array())
        for (std::size_t i = 0; i < array->size(); ++i)
            add_places((*array)[i], pointer + "/" + std::to_string(i), places);
}

class Maker {
public:
    explicit Maker(const DescribedApi& api) : right_(api.document()) {
        right_.erase("examples");
        for (const auto* kind : {"submit", "poll", "result"})
            for (const auto& example :
                 api.replies_to(kind, [](const json::object& meaning) { return !meaning.contains("error"); }))
                if (const auto* body = example.if_contains("body"); body != nullptr && body->is_object())
                    add_places(*body, "", places_);
    }

    const json::object& right() const { return right_; }
    json::value* at(json::object& document, const std::string& pointer) const {
        json::value* value = nullptr;
        for (const auto& segment : segments_of(pointer)) {
            auto* object = value == nullptr ? &document : value->if_object();
            value =
                object != nullptr ? object->if_contains(segment) : &value->as_array().at(std::stoul(segment));
            if (value == nullptr)
                return nullptr;
        }
        return value;
    }
    bool has(const std::string& pointer) { return at(right_, pointer) != nullptr; }
    const json::value& at_right(const std::string& pointer) { return *at(right_, pointer); }

    // Requests about a job that name none, or would end it.
    void unnamed_job(const std::string& request) {
        if (!has(request))
            return;
        auto path = text_of_value(at_right(request + "/path"));
        if (const auto id = path.find("{id}"); id != std::string::npos && !has(request + "/url"))
            replace("a path without the id", request + "/path", json::value(path.replace(id, 4, "all")));
        const bool is_cancel = request == "/cancel";
        for (const auto* method : {"PUT", "PATCH", "DELETE"})
            if (!is_cancel)
                replace("a look with another method", request + "/method", json::value(method));
        if (!is_cancel && has("/cancel"))
            replace("a look that cancels", request, at_right("/cancel"));
    }

    // With the value there replaced.
    void replace(const std::string& kind, const std::string& place, const json::value& by) {
        auto description = right_;
        auto& value = *at(description, place);
        if (value == by)
            return;
        value = by;
        mistakes_.push_back({kind, place + ": " + json::serialize(by), std::move(description)});
    }
    void remove(const std::string& kind, const std::string& place) {
        auto description = right_;
        const auto parent = place.substr(0, place.rfind('/'));
        const auto name = place.substr(place.rfind('/') + 1);
        auto* of = parent.empty() ? nullptr : at(description, parent);
        if (of != nullptr && of->is_array())
            of->as_array().erase(of->as_array().begin() + std::stol(name));
        else
            (of != nullptr ? of->as_object() : description).erase(name);
        mistakes_.push_back({kind, place + " is missing", std::move(description)});
    }

    // Of every pointer in the list there.
    void pointers(const std::string& list) {
        if (!has(list))
            return;
        const auto size = at(right_, list)->as_array().size();
        for (std::size_t i = 0; i < size; ++i) {
            const auto place = list + "/" + std::to_string(i);
            const auto pointer = text_of_value(*at(right_, place));
            const auto segments = segments_of(pointer);
            remove("a pointer is missing", place);
            if (segments.empty())
                continue;
            const auto with_last = [&](std::string last) {
                auto other = segments;
                other.back() = std::move(last);
                return joined_segments(other);
            };
            replace("a pointer is misspelt", place, json::value(with_last(segments.back() + "s")));
            for (std::size_t nth = 0; nth < segments.size(); ++nth) {
                auto other = segments;
                if (is_index(other[nth])) {
                    other[nth] = std::to_string(std::stoul(other[nth]) + 1);
                    replace("a pointer has another index", place, json::value(joined_segments(other)));
                    other = segments;
                }
                other.erase(other.begin() + static_cast<std::ptrdiff_t>(nth));
                replace("a pointer lacks a member", place, json::value(joined_segments(other)));
            }
            for (const auto& other : places_)
                replace("a pointer leads to another member", place, json::value(other));
        }
    }

    void words(const std::string& list) {
        if (!has(list))
            return;
        for (std::size_t i = 0; i < at(right_, list)->as_array().size(); ++i) {
            const auto place = list + "/" + std::to_string(i);
            remove("a word is missing", place);
            replace("a word is misspelt", place, json::value(text_of_value(*at(right_, place)) + "_"));
        }
    }

    // What two states are known by, exchanged.
    void swapped_states(const std::string& member) {
        const Names states{"queued", "running", "success", "failed", "cancelled"};
        for (const auto& one : states)
            for (const auto& other : states) {
                auto description = right_;
                auto* a = at(description, member + "/" + one);
                auto* b = at(description, member + "/" + other);
                if (one >= other || a == nullptr || b == nullptr)
                    continue;
                std::swap(*a, *b);
                mistakes_.push_back(
                    {"two states are exchanged", member + ": " + one + ", " + other, std::move(description)});
            }
    }

    void path(const std::string& request) {
        const auto place = request + "/path";
        if (!has(place))
            return;
        const auto path = text_of_value(*at(right_, place));
        const auto query = std::min(path.find('?'), path.size());
        const auto segments = segments_of(path.substr(0, query));
        for (std::size_t nth = 0; nth < segments.size(); ++nth) {
            auto other = segments;
            if (other[nth].find('{') == std::string::npos && !other[nth].empty()) {
                other[nth] += "x";
                replace("a path is misspelt", place,
                        json::value(joined_segments(other) + path.substr(query)));
            }
            other = segments;
            other.erase(other.begin() + static_cast<std::ptrdiff_t>(nth));
            if (!other.empty())
                replace("a path lacks a segment", place,
                        json::value(joined_segments(other) + path.substr(query)));
        }
        replace("a path goes on", place,
                json::value(joined_segments(segments) + "/more" + path.substr(query)));
        if (query != path.size())
            replace("a path lacks its query", place, json::value(path.substr(0, query)));
        for (const auto* method : {"GET", "POST", "PUT", "PATCH", "DELETE"})
            replace("another method", request + "/method", json::value(method));
    }

    // Of every text, number and flag of the submit's body.
    void body(const std::string& place, const Names& inputs) {
        const auto value = *at(right_, place);
        if (const auto* object = value.if_object()) {
            for (const auto& member : *object) {
                const auto inner = place + "/" + std::string(member.key());
                remove("a member of the body is missing", inner);
                rename("a member of the body is misspelt", inner);
                body(inner, inputs);
            }
            return;
        }
        if (const auto* array = value.if_array()) {
            for (std::size_t i = 0; i < array->size(); ++i)
                body(place + "/" + std::to_string(i), inputs);
            return;
        }
        const auto* text = value.if_string();
        if (text == nullptr) {
            replace("another constant", place,
                    value.is_bool() ? json::value(!value.get_bool()) : json::value(7));
            return;
        }
        const std::string filled(*text);
        if (!filled.starts_with("{{")) {
            replace("another constant", place, json::value(filled + "x"));
            return;
        }
        const auto name = filled.substr(2, filled.find("}}") - 2);
        replace("a placeholder is misspelt", place,
                json::value("{{" + name + "x}}" + filled.substr(name.size() + 4)));
        replace("a placeholder lacks braces", place,
                json::value("{" + name + "}" + filled.substr(name.size() + 4)));
        replace("a placeholder is not closed", place,
                json::value("{{" + name + "}" + filled.substr(name.size() + 4)));
        for (const auto& other : inputs)
            if (other != name)
                replace("another placeholder", place, json::value("{{" + other + "}}"));
    }

    // Under another name.
    void rename(const std::string& kind, const std::string& place) {
        auto description = right_;
        const auto parent = place.substr(0, place.rfind('/'));
        const auto name = place.substr(place.rfind('/') + 1);
        auto& of = at(description, parent)->as_object();
        auto value = of.at(name);
        of.erase(name);
        of[name + "s"] = std::move(value);
        mistakes_.push_back({kind, place + "s", std::move(description)});
    }

    void headers(const std::string& place) {
        if (!has(place))
            return;
        const auto all = at(right_, place)->as_object();
        for (const auto& header : all) {
            const auto inner = place + "/" + std::string(header.key());
            remove("a header is missing", inner);
            rename("a header is misspelt", inner);
            replace("another value of a header", inner, json::value(text_of_value(header.value()) + "x"));
        }
    }

    // Input values and the API's words for them.
    void table(const std::string& place) {
        const auto all = at(right_, place)->as_object();
        for (const auto& entry : all) {
            auto description = right_;
            auto& table = at(description, place)->as_object();
            const std::string key(entry.key());
            table[key] = text_of_value(entry.value()) + "x";
            mistakes_.push_back({"another word for a value", place + ": " + key, description});
            table.erase(key);
            mistakes_.push_back({"a value is missing in a table", place + ": " + key, description});
            table[key + "s"] = entry.value();
            mistakes_.push_back({"a value in a table is misspelt", place + ": " + key + "s", description});
        }
    }

    void authorization() {
        const std::string place = "/authorization/value";
        if (!has(place))
            return;
        replace("the key's placeholder is misspelt", place, json::value("Bearer {{api_kye}}"));
        replace("another scheme of the key", place,
                json::value(text_of_value(*at(right_, place)).starts_with("Key") ? "Bearer {{api_key}}"
                                                                                 : "Key {{api_key}}"));
        replace("another header of the key", "/authorization/header", json::value("X-Key"));
    }

    std::vector<Mistake> take() { return std::move(mistakes_); }

private:
    json::object right_;
    std::set<std::string> places_;
    std::vector<Mistake> mistakes_;
};

} // namespace

std::vector<Mistake> mistakes_in_reading(const DescribedApi& api) {
    Maker maker(api);
    for (const auto* member : {"id", "status", "video", "progress", "eta_seconds", "error_code",
                               "error_message", "cost", "json_in_text"})
        maker.pointers("/reply/" + std::string(member));
    for (const auto* member : {"code", "message"})
        maker.pointers("/refusal/" + std::string(member));
    maker.words("/refusal/fine");
    for (const auto* state : {"queued", "running", "success", "failed", "cancelled"}) {
        maker.words("/status_words/" + std::string(state));
        maker.pointers("/status_presence/" + std::string(state));
    }
    maker.swapped_states("/status_words");
    maker.swapped_states("/status_presence");
    for (const auto* request : {"/poll", "/result"}) {
        maker.path(request);
        maker.pointers(request + std::string("/url"));
        for (const auto* member : {"/url", "/use_location", "/keep", "/body"})
            if (maker.has(request + std::string(member)))
                maker.remove("a member is missing", request + std::string(member));
    }
    if (maker.has("/poll/keep/file_id"))
        maker.pointers("/poll/keep/file_id");
    for (const auto* member : {"/result", "/refusal", "/status_words", "/status_presence", "/error_codes",
                               "/reply/progress_maximum"})
        if (maker.has(member))
            maker.remove("a member is missing", member);
    return maker.take();
}

std::vector<Mistake> mistakes_in_sending(const DescribedApi& api) {
    Maker maker(api);
    maker.path("/submit");
    maker.headers("/submit/headers");
    maker.headers("/headers");
    maker.authorization();
    maker.body("/submit/body", {"prompt", "image", "negative_prompt", "size", "model", "prompt_optimizer"});
    if (maker.has("/submit/omit_null"))
        maker.remove("a member is missing", "/submit/omit_null");
    for (const auto* tables : {"/derived", "/value_maps"})
        if (maker.has(tables)) {
            const auto all = maker.at_right(tables).as_object();
            for (const auto& table : all) {
                const auto place = std::string(tables) + "/" + std::string(table.key());
                const bool is_derived = table.value().as_object().contains("from");
                maker.rename("a table has another name", place);
                maker.table(is_derived ? place + "/values" : place);
                for (const auto* input : {"model", "size", "sizes"})
                    if (is_derived)
                        maker.replace("another input of a table", place + "/from", json::value(input));
            }
        }
    if (maker.has("/idempotency/header"))
        maker.replace("a header is misspelt", "/idempotency/header", json::value("Idempotence-Key"));
    if (maker.has("/variables")) {
        const auto variables = maker.at_right("/variables").as_object();
        for (const auto& variable : variables) {
            const auto place = "/variables/" + std::string(variable.key());
            maker.rename("a variable is misspelt", place);
            if (maker.has(place + "/default"))
                maker.replace("another default", place + "/default", json::value("another"));
        }
    }
    for (const auto* request : {"/poll", "/result", "/cancel"})
        maker.unnamed_job(request);
    return maker.take();
}

} // namespace node_tests
