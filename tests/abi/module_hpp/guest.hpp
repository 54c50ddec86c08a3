// A host of one module, straight on node.h.
#pragma once

#include <workflow_node/node.h>

#include <gtest/gtest.h>

#include <dlfcn.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace module_hpp_tests {

constexpr std::int64_t longest_wait_ms = 60'000; // longer than any run takes, also under a sanitizer

class Guest {
public:
    explicit Guest(const char* path) : library_(dlopen(path, RTLD_NOW | RTLD_LOCAL)) {
        if (library_ == nullptr)
            throw std::runtime_error(dlerror());
        auto entry = reinterpret_cast<wfn_module_entry_function>(dlsym(library_, WFN_MODULE_ENTRY_NAME));
        module_ = entry();
        if (const char* fault = wfn_fault_of_module(module_))
            throw std::runtime_error(fault);
    }
    ~Guest() { dlclose(library_); }
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;

    const wfn_module* operator->() const { return module_; }
    const wfn_node* node(const std::string& action_id = "") const {
        for (std::uint32_t i = 0; i < module_->node_count; ++i)
            if (action_id.empty() || action_id == module_->nodes[i]->action_id)
                return module_->nodes[i];
        throw std::runtime_error("no node " + action_id);
    }
    wfn_session* open() const {
        wfn_session* session = nullptr;
        EXPECT_EQ(WFN_OK, module_->open(nullptr, nullptr, &session));
        return session;
    }

private:
    void* library_;
    const wfn_module* module_ = nullptr;
};

enum class Answer { kept, not_kept, none };

// One run, and all that its callbacks were told.
class Visit {
public:
    Visit(const Guest& guest, std::string input, const std::string& action_id = "")
        : guest_(guest), node_(guest.node(action_id)), input_(std::move(input)) {
        request.struct_size = sizeof request;
        request.input_json = input_.c_str();
        request.user_data = this;
        request.on_progress = [](void* self, wfn_run*, const wfn_progress* progress) {
            auto& visit = *static_cast<Visit*>(self);
            const std::lock_guard lock(visit.mutex_);
            visit.phases.push_back(progress->phase);
            visit.fractions.push_back(progress->fraction);
            visit.progress_at.push_back(std::chrono::steady_clock::now());
            visit.changed_.notify_all();
        };
        request.on_checkpoint = [](void* self, wfn_run* run, const wfn_checkpoint* given) {
            auto& visit = *static_cast<Visit*>(self);
            const Answer says = visit.answer;
            if (says != Answer::none)
                visit.answers.push_back(
                    visit.guest_->run_checkpoint_saved(run, says == Answer::kept ? 1 : 0));
            const std::lock_guard lock(visit.mutex_);
            visit.checkpoints.emplace_back(given->json);
            visit.changed_.notify_all();
        };
        request.on_complete = [](void* self, wfn_run* run, const wfn_result* result) {
            auto& visit = *static_cast<Visit*>(self);
            if (visit.in_complete)
                visit.in_complete(run);
            const std::lock_guard lock(visit.mutex_);
            ++visit.completions;
            visit.outcome = result->outcome;
            visit.output = result->output_json == nullptr ? "" : result->output_json;
            visit.code = result->error == nullptr ? "" : result->error->code;
            visit.error_json = result->error == nullptr ? "" : result->error->json;
            visit.charged = result->error == nullptr ? -1 : result->error->charged;
            visit.checkpoint = result->checkpoint_json == nullptr ? "" : result->checkpoint_json;
            visit.warnings = result->warnings_json;
            visit.resume_after_ms = result->resume_after_ms;
            visit.changed_.notify_all();
        };
    }
    ~Visit() {
        if (handle != nullptr)
            guest_->run_release(handle);
    }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

    wfn_status start(wfn_session* session) { return node_->execute(node_, session, &request, &handle); }
    // Starts, waits for the end.
    Visit& run(wfn_session* session) {
        EXPECT_EQ(WFN_OK, start(session));
        return end();
    }
    Visit& end() {
        EXPECT_EQ(WFN_OK, guest_->run_wait(handle, longest_wait_ms));
        EXPECT_EQ(1, completions);
        return *this;
    }
    template <class Condition>
    bool wait_for(Condition condition) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::milliseconds(longest_wait_ms), condition);
    }

    wfn_request request{};
    wfn_run* handle = nullptr;
    std::atomic<Answer> answer{Answer::kept};
    void (*in_complete)(wfn_run*) = nullptr;

    std::vector<wfn_status> answers;
    std::vector<wfn_phase> phases;
    std::vector<double> fractions;
    std::vector<std::chrono::steady_clock::time_point> progress_at;
    std::vector<std::string> checkpoints;
    int completions = 0;
    wfn_outcome outcome = -1;
    wfn_charge charged = -1;
    std::string output, code, error_json, checkpoint, warnings;
    std::int64_t resume_after_ms = 0;

private:
    const Guest& guest_;
    const wfn_node* node_;
    std::string input_;
    std::mutex mutex_;
    std::condition_variable changed_;
};

} // namespace module_hpp_tests
