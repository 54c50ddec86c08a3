#include "json/validator.hpp"

#include "json/json_text.hpp"
#include "json/schema_expectation.hpp"

#include <boost/json/object.hpp>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace job_engine {
namespace {

using Path = std::vector<std::string>;

struct Finding {
    Path path;
    std::string description;
    bool complete = false; // the description is a sentence about this very path
};

// valijson names a place "<root>", "[member]", "[index]"...
Path path_of(const std::vector<std::string>& context) {
    Path path;
    for (std::size_t i = 1; i < context.size(); ++i)
        path.push_back(context[i].substr(1, context[i].size() - 2));
    return path;
}

std::string pointer_to(const Path& path) {
    std::string pointer;
    for (const auto& token : path) {
        pointer += '/';
        for (const char c : token) {
            if (c == '~')
                pointer += "~0";
            else if (c == '/')
                pointer += "~1";
            else
                pointer += c;
        }
    }
    return pointer;
}

constexpr const char* unknown_member = "is not a known member";
constexpr std::string_view missing = "Missing required property '";
constexpr std::string_view unwanted = "Object contains a property that could not be validated using "
                                      "'properties' or 'additionalProperties' constraints: '";

// The member that valijson names behind this beginning of a sentence, before "'.".
std::string member_named_after(std::string_view beginning, const std::string& sentence) {
    return sentence.size() < beginning.size() + 2
               ? std::string()
               : sentence.substr(beginning.size(), sentence.size() - beginning.size() - 2);
}

// How many letters are to be changed, added or left out.
std::size_t distance_of(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j)
        row[j] = j;
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const auto changed = diagonal + (a[i] == b[j] ? 0U : 1U);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

// The name of the schema's that was meant, wherever it may stand; empty: none is like it.
std::string likely_name(const boost::json::value& schema, // NOLINT(misc-no-recursion): of the module
                        std::string_view name) {
    constexpr std::size_t furthest = 2;
    std::string best;
    const auto consider = [&](std::string_view other) {
        const auto is_close = name.size() <= 64 && distance_of(name, other) <= furthest && other.size() > 3;
        if (!other.empty() && is_close
            && (best.empty() || distance_of(name, other) < distance_of(name, best)))
            best = other;
    };
    if (const auto* object = schema.if_object())
        for (const auto& member : *object) {
            if (member.key() == "properties" && member.value().is_object())
                for (const auto& property : member.value().get_object())
                    consider(property.key());
            consider(likely_name(member.value(), name));
        }
    return best;
}

Finding finding_of(const valijson::ValidationResults::Error& error) {
    Finding finding{path_of(error.context), error.description};
    if (error.description.starts_with(missing)) {
        finding.path.push_back(member_named_after(missing, error.description));
        finding.description = "is required";
        finding.complete = true;
    } else if (error.description.starts_with(unwanted)) {
        finding.path.push_back(member_named_after(unwanted, error.description));
        finding.description = unknown_member;
        finding.complete = true;
    }
    return finding;
}

bool lies_below(const Path& deeper, const Path& path) {
    return deeper.size() > path.size() && std::equal(path.begin(), path.end(), deeper.begin());
}

// A place is reported once, and not at all when something below it says what is wrong: valijson
// reports each failed alternative and each parent too.
std::vector<Finding> without_noise(std::vector<Finding> all) {
    std::vector<Finding> kept;
    for (const auto& finding : all) {
        const auto explains = [&](const Finding& other) { return lies_below(other.path, finding.path); };
        const auto same_place = [&](const Finding& other) { return other.path == finding.path; };
        if (std::none_of(all.begin(), all.end(), explains)
            && std::none_of(kept.begin(), kept.end(), same_place))
            kept.push_back(finding);
    }
    std::stable_sort(kept.begin(), kept.end(),
                     [](const auto& a, const auto& b) { return a.path.size() > b.path.size(); });
    return kept;
}

boost::json::object schema_object(std::string_view text) {
    auto document = parse_json(text);
    if (!document || !document->is_object())
        throw std::invalid_argument("a schema of the module is not a JSON object");
    return std::move(document->get_object());
}

} // namespace

struct Schema::Compiled {
    valijson::Schema schema;
};

Schema::Schema(std::string_view schema_text)
    : document_(schema_object(schema_text)), compiled_(std::make_unique<Compiled>()) {
    const boost::json::value value(document_);
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::BoostJsonAdapter(value), compiled_->schema);
}

Schema::~Schema() = default;

std::vector<Violation> Schema::validate(const boost::json::value& value) const {
    valijson::Validator validator;
    const valijson::adapters::BoostJsonAdapter document(value);
    // Most inputs are valid, and not to note where one stands takes half the time.
    if (validator.validate(compiled_->schema, document, nullptr))
        return {};
    valijson::ValidationResults results;
    validator.validate(compiled_->schema, document, &results);

    std::vector<Finding> findings;
    for (const auto& error : results)
        findings.push_back(finding_of(error));

    std::vector<Violation> violations;
    for (auto& finding : without_noise(std::move(findings))) {
        auto message = finding.complete ? finding.description : schema_expectation(document_, finding.path);
        if (finding.description == unknown_member)
            if (const auto likely = likely_name(boost::json::value(document_), finding.path.back());
                !likely.empty())
                message += " (did you mean \"" + likely + "\"?)";
        violations.push_back({pointer_to(finding.path), message.empty() ? finding.description : message});
    }
    return violations;
}

} // namespace job_engine
