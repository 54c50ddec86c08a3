#include "api/faults.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace sandbox {
namespace {

namespace json = boost::json;

constexpr std::size_t max_rules = 100;
constexpr std::uint64_t max_delay_ms = 600'000;
constexpr std::uint64_t max_retry_after = 86'400;
constexpr std::uint64_t max_count = 1'000'000'000;

constexpr std::array<std::pair<std::string_view, Operation>, 3> operations{
    {{"submit", Operation::submit}, {"poll", Operation::poll}, {"cancel", Operation::cancel}}};

constexpr std::array<std::pair<std::string_view, FaultKind>, 10> kinds{
    {{"slow", FaultKind::slow},
     {"too_many_requests", FaultKind::too_many_requests},
     {"unavailable", FaultKind::unavailable},
     {"bad_gateway", FaultKind::bad_gateway},
     {"internal_error", FaultKind::internal_error},
     {"drop_before", FaultKind::drop_before},
     {"drop_after", FaultKind::drop_after},
     {"hold", FaultKind::hold},
     {"broken_body", FaultKind::broken_body},
     {"stalled_body", FaultKind::stalled_body}}};

template <typename Names, typename Value>
std::string_view name_of(const Names& names, Value value) {
    return std::ranges::find(names, value, [](const auto& pair) { return pair.second; })->first;
}

template <typename Names>
std::string joined_names(const Names& names) {
    std::string joined;
    for (const auto& [name, value] : names)
        joined += (joined.empty() ? "" : ", ") + std::string(name);
    return joined;
}

// Reads the members of one rule; remembers the first error.
class RuleReader {
public:
    explicit RuleReader(const json::object& object) : object_(object) {}

    template <typename Names, typename Value>
    void name(std::string_view member, const Names& names, Value& into) {
        const json::value* const value = take(member);
        if (!value || !value->is_string()) {
            fail(member, "is required: one of " + joined_names(names));
            return;
        }
        const json::string& text = value->get_string();
        const auto found = std::ranges::find(names, std::string_view(text.data(), text.size()),
                                             [](const auto& pair) { return pair.first; });
        if (found == names.end()) {
            fail(member, "must be one of " + joined_names(names));
            return;
        }
        into = found->second;
    }

    std::optional<std::uint64_t> count(std::string_view member, std::uint64_t min, std::uint64_t max) {
        const json::value* const value = take(member);
        if (!value)
            return std::nullopt;
        json::error_code error;
        const auto number = value->to_number<std::uint64_t>(error);
        if (error || number < min || number > max) {
            fail(member, "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
            return std::nullopt;
        }
        return number;
    }

    double probability(std::string_view member) {
        const json::value* const value = take(member);
        if (!value)
            return 1;
        json::error_code error;
        const auto number = value->to_number<double>(error);
        if (error || !(number >= 0 && number <= 1)) {
            fail(member, "must be a number from 0 to 1");
            return 1;
        }
        return number;
    }

    std::string error() const {
        if (error_.empty() && taken_ != object_.size()) {
            return "A fault rule has only the members on, fault, times, skip, every, probability, seed, "
                   "retry_after_seconds and delay_ms.";
        }
        return error_;
    }

private:
    const json::value* take(std::string_view member) {
        const json::value* const value = object_.if_contains(member);
        taken_ += value ? 1 : 0;
        return value;
    }

    void fail(std::string_view member, const std::string& why) {
        if (error_.empty())
            error_ = "In a fault rule, \"" + std::string(member) + "\" " + why + ".";
    }

    const json::object& object_;
    std::size_t taken_ = 0;
    std::string error_;
};

std::variant<FaultRule, std::string> read_rule(const json::value& value) {
    if (!value.is_object())
        return "A fault rule must be a JSON object.";
    RuleReader reader(value.get_object());
    FaultRule rule;
    reader.name("on", operations, rule.on);
    reader.name("fault", kinds, rule.fault.kind);
    rule.times = reader.count("times", 0, max_count);
    rule.skip = reader.count("skip", 0, max_count).value_or(rule.skip);
    rule.every = reader.count("every", 1, max_count).value_or(rule.every);
    rule.probability = reader.probability("probability");
    rule.seed = reader.count("seed", 0, UINT64_MAX).value_or(rule.seed);
    if (const auto seconds = reader.count("retry_after_seconds", 0, max_retry_after))
        rule.fault.retry_after = std::chrono::seconds(*seconds);
    if (const auto delay = reader.count("delay_ms", 0, max_delay_ms))
        rule.fault.delay = std::chrono::milliseconds(*delay);
    if (std::string error = reader.error(); !error.empty())
        return error;
    return rule;
}

} // namespace

std::string_view fault_name(FaultKind kind) {
    return name_of(kinds, kind);
}

std::variant<FaultRules, std::string> parse_fault_rules(std::string_view text) {
    json::error_code error;
    json::value value = json::parse({text.data(), text.size()}, error);
    if (error)
        return "Fault rules must be JSON: " + error.message() + ".";
    if (value.is_object() && value.get_object().contains("rules")) {
        json::value inner = value.get_object().at("rules");
        value = std::move(inner);
    }
    if (value.is_object())
        value = json::array{std::move(value)};
    if (!value.is_array() || value.get_array().size() > max_rules)
        return "Fault rules must be an object or an array of at most 100 objects.";
    FaultRules rules;
    for (const json::value& element : value.get_array()) {
        auto rule = read_rule(element);
        if (auto* const why = std::get_if<std::string>(&rule))
            return std::move(*why);
        rules.push_back(std::get<FaultRule>(rule));
    }
    return rules;
}

void Faults::replace(const FaultRules& rules) {
    states_.clear();
    for (const FaultRule& rule : rules) {
        State& state = states_.emplace_back();
        state.rule = rule;
        state.random.seed(rule.seed);
    }
}

bool Faults::fires(State& state) {
    const FaultRule& rule = state.rule;
    ++state.seen;
    if (state.seen <= rule.skip || (rule.times && state.applied >= *rule.times)
        || (state.seen - rule.skip - 1) % rule.every != 0)
        return false;
    return rule.probability >= 1
           || std::uniform_real_distribution<double>(0, 1)(state.random) < rule.probability;
}

std::optional<Fault> Faults::next(Operation operation) {
    State* chosen = nullptr;
    for (State& state : states_)
        if (state.rule.on == operation && fires(state) && !chosen)
            chosen = &state;
    if (!chosen)
        return std::nullopt;
    ++chosen->applied;
    ++applied_;
    return chosen->rule.fault;
}

json::value Faults::to_json() const {
    json::array rules;
    for (const State& state : states_) {
        const FaultRule& rule = state.rule;
        rules.push_back({{"on", name_of(operations, rule.on)},
                         {"fault", fault_name(rule.fault.kind)},
                         {"times", rule.times ? json::value(*rule.times) : json::value(nullptr)},
                         {"skip", rule.skip},
                         {"every", rule.every},
                         {"probability", rule.probability},
                         {"seed", rule.seed},
                         {"retry_after_seconds", rule.fault.retry_after.count()},
                         {"delay_ms", rule.fault.delay.count()},
                         {"seen", state.seen},
                         {"applied", state.applied}});
    }
    return {{"rules", std::move(rules)}};
}

} // namespace sandbox
