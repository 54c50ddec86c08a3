#include "host_run.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>

namespace boundary_tests {
namespace {

constexpr std::chrono::seconds patience(60);

const char* pointer_to(const std::optional<std::string>& text) {
    return text ? text->c_str() : nullptr;
}

std::optional<std::string> copy_of(const char* text) {
    return text != nullptr ? std::optional<std::string>(text) : std::nullopt;
}

Ending copy_of(const wfn_result& result) {
    Ending ending;
    ending.outcome = result.outcome;
    ending.output = copy_of(result.output_json);
    if (result.error != nullptr) {
        ending.error_code = result.error->code;
        ending.retryable = result.error->retryable == 1;
        ending.error_json = result.error->json;
    }
    ending.checkpoint = copy_of(result.checkpoint_json);
    ending.resume_after_ms = result.resume_after_ms;
    ending.warnings = result.warnings_json;
    return ending;
}

} // namespace

std::string valid_input() {
    return R"json({"model": "Pixel M", "image": "https://example.com/product-shoe.jpg",
        "prompt": "Slowly rotating 360 degrees, smooth camera movement, professional product showcase",
        "negative_prompt": "jerky motion, blurry, distorted, static",
        "size": "Square HD (1:1)", "prompt_optimizer": true})json";
}

std::string input_with_file() {
    return R"json({"prompt": "Slow zoom", "image": "attachment:my%20photo.jpg", "negative_prompt": null})json";
}

std::string jpeg_file(std::size_t bytes) {
    using namespace std::string_literals;
    return "\xFF\xD8\xFF\xDA\x00\x02"s + std::string(bytes, 'p') + "\xFF\xD9";
}

HostRun::HostRun(const LoadedModule& module, std::string connection_json)
    : connection(std::move(connection_json)), module_(module) {
    request.struct_size = sizeof request;
}

HostRun::~HostRun() {
    if (handle_ == nullptr)
        return;
    module_->run_cancel(handle_);
    module_->run_wait(handle_, -1);
    module_->run_release(handle_);
}

wfn_status HostRun::start(wfn_session* session) {
    request.input_json = input ? input->c_str() : nullptr;
    request.connection_json = pointer_to(connection);
    request.run_key = pointer_to(run_key);
    request.checkpoint_json = pointer_to(checkpoint);
    request.user_data = this;
    request.on_progress = progress_came;
    request.on_checkpoint = keeps_checkpoints ? checkpoint_came : nullptr;
    request.on_complete = completion_came;
    if (on_attachment)
        request.on_attachment = attachment_came;
    starter_ = std::this_thread::get_id();
    return module_.node().execute(&module_.node(), session, &request, &handle_);
}

Ending HostRun::wait() {
    {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, patience, [this] { return completions_ > 0; }))
            throw std::runtime_error("on_complete does not come");
    }
    if (handle_ != nullptr && module_->run_wait(handle_, -1) != WFN_OK)
        throw std::runtime_error("run_wait fails");
    const std::lock_guard lock(mutex_);
    return ending_;
}

bool HostRun::wait_for_checkpoints(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return checkpoints_.size() >= count; });
}

wfn_status HostRun::give(wfn_run* run, const std::string& file) const {
    wfn_attachment attachment{};
    attachment.struct_size = sizeof attachment;
    attachment.data = file.data();
    attachment.size = file.size();
    return module_->run_attach(run, &attachment);
}

wfn_status HostRun::give_failure(wfn_run* run, const char* failure) const {
    wfn_attachment attachment{};
    attachment.struct_size = sizeof attachment;
    attachment.failure = failure;
    return module_->run_attach(run, &attachment);
}

bool HostRun::wait_for_attachment() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return attachments_ > 0; });
}

int HostRun::attachments() const {
    const std::lock_guard lock(mutex_);
    return attachments_;
}

std::vector<std::string> HostRun::checkpoints() const {
    const std::lock_guard lock(mutex_);
    return checkpoints_;
}

int HostRun::completions() const {
    const std::lock_guard lock(mutex_);
    return completions_;
}

int HostRun::misplaced_callbacks() const {
    const std::lock_guard lock(mutex_);
    return misplaced_;
}

void HostRun::count_callback() {
    if (completions_ > 0 || std::this_thread::get_id() == starter_)
        ++misplaced_;
}

void HostRun::progress_came(void* self, wfn_run* /*run*/, const wfn_progress* /*progress*/) {
    auto& me = *static_cast<HostRun*>(self);
    const std::lock_guard lock(me.mutex_);
    me.count_callback();
}

void HostRun::checkpoint_came(void* self, wfn_run* run, const wfn_checkpoint* checkpoint) {
    auto& me = *static_cast<HostRun*>(self);
    {
        const std::lock_guard lock(me.mutex_);
        me.count_callback();
        me.checkpoints_.emplace_back(checkpoint->json);
        me.changed_.notify_all();
    }
    if (me.on_checkpoint)
        me.on_checkpoint(run, checkpoint->json);
    else
        me.module_->run_checkpoint_saved(run, 1);
}

void HostRun::attachment_came(void* self, wfn_run* run, const wfn_attachment_request* attachment) {
    auto& me = *static_cast<HostRun*>(self);
    {
        const std::lock_guard lock(me.mutex_);
        me.count_callback();
        ++me.attachments_;
        me.changed_.notify_all();
    }
    me.on_attachment(run, attachment);
}

void HostRun::completion_came(void* self, wfn_run* run, const wfn_result* result) {
    auto& me = *static_cast<HostRun*>(self);
    try {
        if (me.on_complete)
            me.on_complete(run, result);
    } catch (...) {
        me.completed(*result);
        throw;
    }
    me.completed(*result);
}

void HostRun::completed(const wfn_result& result) {
    const std::lock_guard lock(mutex_);
    count_callback();
    ++completions_;
    ending_ = copy_of(result);
    changed_.notify_all();
}

} // namespace boundary_tests
