#include "job/checkpoint.hpp"

#include "base/ascii.hpp"
#include "job/idempotency_key.hpp"
#include "job/kept_file.hpp"
#include "job/kept_reply.hpp"
#include "json/json_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <optional>
#include <tuple>
#include <utility>

namespace job_engine {
namespace {

namespace json = boost::json;

constexpr int version = 1;
constexpr std::size_t max_checkpoint_bytes = std::size_t{16} << 10; // as node.h says
constexpr std::array<std::pair<Checkpoint::State, const char*>, 4> states{{
    {Checkpoint::State::prepared, "prepared"},
    {Checkpoint::State::intent, "intent"},
    {Checkpoint::State::answered, "answered"},
    {Checkpoint::State::submitted, "submitted"},
}};

Error unreadable(const std::string& why) {
    auto error = make_error(ErrorCode::invalid_input,
                            "The checkpoint cannot be used: " + why
                                + ". Nothing was submitted, because it may have been already. Give the "
                                  "checkpoint as it was kept, or look at the account before starting anew.");
    error.charged = Charged::unknown;
    error.details.push_back({"", "checkpoint: " + why});
    return error;
}

std::optional<std::string> text_member(const json::object& object, std::string_view name) {
    const auto* member = object.if_contains(name);
    if (member == nullptr || !member->is_string())
        return std::nullopt;
    return std::string(member->get_string());
}

// Empty: there is none that can be read.
std::string kept_reply_in(const json::object& checkpoint) {
    const auto* member = checkpoint.if_contains("reply");
    const auto text = member != nullptr ? json::serialize(*member) : std::string();
    return text.size() <= max_kept_reply_bytes && read_kept_reply(text) ? text : std::string();
}

// A checkpoint comes back from the host's store: what of it goes into a request is checked again.
bool is_target(const std::string& target) {
    return target.empty() || (target.starts_with('/') && is_printable_without_space(target));
}

// The job's members of a checkpoint.
json::object job_members(const Checkpoint& checkpoint) {
    const auto& targets = checkpoint.job.targets;
    json::object out{{"job_id", checkpoint.job.id},
                     {"targets", json::object{{"poll", targets.poll.view()},
                                              {"result", targets.result.view()},
                                              {"cancel", targets.cancel.view()}}}};
    if (!checkpoint.reply.empty())
        out["reply"] = json::parse(checkpoint.reply.view());
    return out;
}

// nullptr, or what is wrong with them.
const char* read_job_members(const json::object& object, Checkpoint& checkpoint) {
    const auto id = text_member(object, "job_id");
    const auto* targets = object.if_contains("targets");
    if (!id || id->empty() || targets == nullptr || !targets->is_object())
        return "it names no job";
    const auto target = [&](std::string_view name) {
        return text_member(targets->get_object(), name).value_or("");
    };
    for (const auto* name : {"poll", "result", "cancel"})
        if (!is_target(target(name)))
            return "it names no usable address";
    checkpoint.job = {*id,
                      {RareText(target("poll")), RareText(target("result")), RareText(target("cancel"))}};
    return nullptr;
}

} // namespace

bool operator==(const Checkpoint& a, const Checkpoint& b) {
    const auto members = [](const Checkpoint& c) {
        return std::tie(c.state, c.key, c.generation, c.input_digest, c.api, c.job.id, c.job.targets.poll,
                        c.job.targets.result, c.job.targets.cancel, c.reply, c.list_scope, c.ended, c.file);
    };
    return members(a) == members(b);
}

std::string to_text(const Checkpoint& checkpoint) {
    json::object out;
    out["version"] = version;
    for (const auto& [state, name] : states)
        if (state == checkpoint.state)
            out["state"] = name;
    out["key"] = checkpoint.key.text();
    out["generation"] = checkpoint.generation;
    out["input_digest"] = checkpoint.input_digest.text();
    out["api"] = checkpoint.api.view();
    const bool is_in_doubt =
        checkpoint.state == Checkpoint::State::intent || checkpoint.state == Checkpoint::State::answered;
    if (is_in_doubt && !checkpoint.list_scope.empty())
        out["list_scope"] = checkpoint.list_scope.view();
    if (checkpoint.state != Checkpoint::State::submitted && !checkpoint.file.empty())
        out["file"] = json::parse(checkpoint.file.view());
    if (checkpoint.state == Checkpoint::State::submitted)
        for (auto& member : job_members(checkpoint))
            out[member.key()] = std::move(member.value());
    else if (checkpoint.state == Checkpoint::State::answered && !checkpoint.reply.empty())
        out["reply"] = json::parse(checkpoint.reply.view());
    else if (checkpoint.state == Checkpoint::State::prepared && !checkpoint.ended.empty())
        out["ended"] = json::parse(checkpoint.ended.view());
    auto text = json::serialize(out);
    if (text.size() > max_checkpoint_bytes && (out.erase("reply") != 0 || out.erase("ended") != 0))
        text = json::serialize(out); // its job is named, by texts of unheard-of length
    return text;
}

Checkpoint in_doubt(Checkpoint checkpoint) {
    const auto state = checkpoint.reply.empty() ? Checkpoint::State::intent : Checkpoint::State::answered;
    return in_state(std::move(checkpoint), state);
}

Checkpoint in_state(Checkpoint checkpoint, Checkpoint::State state) {
    checkpoint.state = state;
    if (!was_answered(state))
        checkpoint.reply = {};
    return checkpoint;
}

Checkpoint next_generation(const Checkpoint& checkpoint, std::string_view run_key) {
    Checkpoint next;
    next.generation = checkpoint.generation + 1;
    next.key = idempotency_key(run_key, checkpoint.input_digest, next.generation);
    next.input_digest = checkpoint.input_digest;
    next.api = checkpoint.api;
    next.ended =
        checkpoint.job.id.empty() ? checkpoint.ended : RareText(json::serialize(job_members(checkpoint)));
    return next;
}

bool leads_to_job(const Checkpoint& checkpoint) noexcept {
    return was_answered(checkpoint.state)
           || (checkpoint.state == Checkpoint::State::prepared && !checkpoint.ended.empty());
}

Checkpoint with_ended_job(Checkpoint checkpoint) {
    const auto ended = parse_json(checkpoint.ended.view());
    if (!ended || !ended->is_object() || read_job_members(ended->get_object(), checkpoint) != nullptr)
        return checkpoint;
    checkpoint.reply = RareText(kept_reply_in(ended->get_object()));
    checkpoint.ended = {};
    checkpoint.state = Checkpoint::State::submitted;
    return checkpoint;
}

std::optional<Checkpoint> unsubmitted(const Checkpoint& checkpoint) {
    if (checkpoint.generation == 0)
        return std::nullopt;
    return in_state(checkpoint, Checkpoint::State::prepared);
}

void describe_charge(Error& error, const std::optional<Checkpoint>& checkpoint) {
    if (!checkpoint || (checkpoint->state == Checkpoint::State::prepared && checkpoint->ended.empty()))
        return;
    // What was called failed may have been a wrong description's word for a job that is paid.
    if (checkpoint->state == Checkpoint::State::prepared)
        return describe_charge(error, with_ended_job(*checkpoint));
    if (error.charged == Charged::no)
        error.charged = Charged::unknown;
    if (error.job_id.empty())
        error.job_id = checkpoint->job.id;
}

Result<Checkpoint> read_checkpoint(std::string_view text) {
    const auto document = parse_json(text);
    if (!document)
        return unreadable(document.error().message);
    const auto* object = document->if_object();
    if (object == nullptr)
        return unreadable("it is not a JSON object");
    const auto* number = object->if_contains("version");
    if (number == nullptr || !number->is_int64() || number->get_int64() != version) {
        auto error = unreadable("it is of another version of this module");
        error.job_id = text_member(*object, "job_id").value_or("");
        return error;
    }

    Checkpoint checkpoint;
    const auto state_name = text_member(*object, "state");
    const auto key = text_member(*object, "key");
    const auto digest = text_member(*object, "input_digest");
    const auto api = text_member(*object, "api");
    const auto* generation = object->if_contains("generation");
    if (!state_name || !key || !is_hex_digest(*key) || !digest || !is_hex_digest(*digest) || !api
        || generation == nullptr || !generation->is_int64())
        return unreadable("it is incomplete");
    bool known = false;
    for (const auto& [state, name] : states)
        if (*state_name == name) {
            checkpoint.state = state;
            known = true;
        }
    if (!known)
        return unreadable("its state is not known");
    checkpoint.key = *key;
    checkpoint.input_digest = *digest;
    checkpoint.api = SharedText(*api);
    checkpoint.generation = static_cast<int>(generation->get_int64());
    if (auto scope = text_member(*object, "list_scope").value_or(""); is_hex_digest(scope))
        checkpoint.list_scope = RareText(std::move(scope));
    if (checkpoint.state == Checkpoint::State::submitted)
        if (const auto* fault = read_job_members(*object, checkpoint))
            return unreadable(fault);
    // One that cannot be read costs the file, which the host has; the checkpoint may be worth a job.
    if (const auto* file = object->if_contains("file");
        file != nullptr && checkpoint.state != Checkpoint::State::submitted) {
        if (const auto kept = read_kept_file(json::serialize(*file)))
            checkpoint.file = RareText(to_text(*kept));
    }
    // One that cannot be read is as good as none: nothing is submitted because of it, nor left out.
    if (const auto* ended = object->if_contains("ended");
        ended != nullptr && checkpoint.state == Checkpoint::State::prepared && ended->is_object())
        if (Checkpoint of_job; read_job_members(ended->get_object(), of_job) == nullptr)
            checkpoint.ended = RareText(json::serialize(*ended));
    if (was_answered(checkpoint.state)) {
        auto reply = kept_reply_in(*object);
        if (reply.empty() && checkpoint.state == Checkpoint::State::answered)
            return unreadable("it holds no reply");
        checkpoint.reply = RareText(std::move(reply));
    }
    return checkpoint;
}

} // namespace job_engine
