// Many runs at once: on one thread, and racing with everything that a host may do to them.
#include "guest.hpp"

#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

namespace module_hpp_tests {
namespace {

std::ptrdiff_t threads() {
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    return std::distance(begin(tasks), end(tasks));
}

TEST(ManyRuns, ThousandsOfPollersWaitOnOneThread) {
    const Guest guest(DELAY_POLL);
    EXPECT_EQ(WFN_OK, guest->close(guest.open())); // with the first thread a sanitizer starts one too
    const auto before = threads();
    wfn_session* session = guest.open();
    static std::atomic<int> submitted, completed;
    submitted = completed = 0;
    wfn_request request{};
    request.struct_size = sizeof request;
    request.input_json = R"({"text":"x","delay_ms":600000})";
    static const Guest* guest_of_callbacks;
    guest_of_callbacks = &guest;
    request.on_checkpoint = [](void*, wfn_run* run, const wfn_checkpoint* checkpoint) {
        submitted += checkpoint->submission == WFN_SUBMITTED ? 1 : 0;
        (*guest_of_callbacks)->run_checkpoint_saved(run, 1);
    };
    request.on_complete = [](void*, wfn_run* run, const wfn_result* result) {
        completed += result->outcome == WFN_SUSPENDED && result->checkpoint != nullptr ? 1 : 0;
        (*guest_of_callbacks)->run_release(run);
    };
    for (int i = 0; i < WAITING; ++i) {
        wfn_run* run = nullptr;
        ASSERT_EQ(WFN_OK, guest.node()->execute(guest.node(), session, &request, &run));
    }
    while (submitted < WAITING)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(before + 1, threads());
    const auto closing = std::chrono::steady_clock::now();
    EXPECT_EQ(WFN_OK, guest->close(session));
    EXPECT_LT(std::chrono::steady_clock::now() - closing, std::chrono::seconds(10));
    EXPECT_EQ(WAITING, completed);
    EXPECT_EQ(before, threads());
}

[[maybe_unused]] bool is_mapped(const std::string& path) {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);)
        if (line.find(path) != std::string::npos)
            return true;
    return false;
}

struct Racer {
    std::atomic<wfn_run*> handle{nullptr};
    std::atomic<int> completions{0};
    std::atomic<int> inside{0};
    std::atomic<bool> broken{false};
    std::atomic<bool> answers{false}; // at once, otherwise some other thread may, or nobody

    void enter() {
        if (++inside != 1 || completions != 0)
            broken = true; // two callbacks at once, or one after the end
    }
};

class Race : public testing::TestWithParam<const char*> {
protected:
    static constexpr int racers = 1500;
    static constexpr int rounds = 3;

    // Does something to some run until all are over.
    void disturb(unsigned seed) {
        std::mt19937 random(seed);
        while (completed < racers) {
            Racer& racer = all[random() % racers];
            wfn_run* run = racer.handle;
            switch (random() % 16) {
            case 0:
                (*guest)->run_cancel(run);
                break;
            case 1:
                (*guest)->run_suspend(run);
                break;
            case 2:
                if (run != nullptr && racer.handle.exchange(nullptr) == run)
                    (*guest)->run_release(run);
                break;
            case 3:
                (*guest)->run_wait(run, 0);
                break;
            case 4:
                static_cast<void>((*guest)->run_result(run));
                break;
            case 5:
                std::this_thread::sleep_for(std::chrono::microseconds(random() % 300));
                break;
            default:
                (*guest)->run_checkpoint_saved(run, random() % 8 != 0 ? 1 : 0);
            }
        }
    }

    void start(wfn_session* session, int first, int last) {
        for (int i = first; i < last; ++i) {
            wfn_request request{};
            request.struct_size = sizeof request;
            const std::string input = R"({"text":"x","delay_ms":)" + std::to_string(i % 40) + "}";
            request.input_json = input.c_str();
            request.connection_json = "a secret to be wiped";
            request.user_data = &all[static_cast<std::size_t>(i)];
            all[static_cast<std::size_t>(i)].answers = i % 3 == 0;
            request.checkpoint_timeout_ms = 500;
            request.timeout_ms = i % 7 == 0 ? 15 : 0;
            request.suspend = i % 11 == 0 ? WFN_SUSPEND_WHEN_SUBMITTED : WFN_SUSPEND_NEVER;
            request.on_progress = [](void* self, wfn_run*, const wfn_progress*) {
                static_cast<Racer*>(self)->enter();
                --static_cast<Racer*>(self)->inside;
            };
            request.on_checkpoint = [](void* self, wfn_run* run, const wfn_checkpoint*) {
                static_cast<Racer*>(self)->enter();
                if (static_cast<Racer*>(self)->answers)
                    (*guest)->run_checkpoint_saved(run, 1);
                --static_cast<Racer*>(self)->inside;
            };
            request.on_complete = [](void* self, wfn_run* run, const wfn_result* result) {
                auto& racer = *static_cast<Racer*>(self);
                racer.enter();
                if ((*guest)->run_result(run) != result)
                    racer.broken = true;
                ++outcomes[static_cast<std::size_t>(result->outcome)];
                ++racer.completions;
                --racer.inside;
                ++completed;
            };
            wfn_run* run = nullptr;
            ASSERT_EQ(WFN_OK, guest->node()->execute(guest->node(), session, &request, &run));
            all[static_cast<std::size_t>(i)].handle = run;
        }
    }

    static const Guest* guest;
    static std::atomic<int> completed;
    static std::array<std::atomic<int>, 4> outcomes;
    std::vector<Racer> all;
};
const Guest* Race::guest = nullptr;
std::atomic<int> Race::completed;
std::array<std::atomic<int>, 4> Race::outcomes;

TEST_P(Race, EachRunEndsOnceAndNothingIsCalledAfterIt) {
    for (auto& count : outcomes)
        count = 0;
    std::thread([] {}).join(); // with the first thread a sanitizer starts one too
    const auto threads_before = threads();
    for (int round = 0; round < rounds; ++round) {
        const Guest loaded(GetParam());
        guest = &loaded;
        completed = 0;
        all = std::vector<Racer>(racers);
        wfn_session* session = loaded.open();
        std::vector<std::thread> others;
        for (unsigned i = 0; i < 3; ++i)
            others.emplace_back([this, i, round] { disturb(i + 3 * static_cast<unsigned>(round)); });
        std::thread starter([&] { start(session, 0, racers / 2); });
        start(session, racers / 2, racers);
        starter.join();
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (completed < racers / (round == 2 ? 2 : 1) && std::chrono::steady_clock::now() < until)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        EXPECT_EQ(WFN_OK, loaded->close(session)); // in the last round amid the runs
        EXPECT_EQ(racers, completed);
        completed = racers;
        for (auto& other : others)
            other.join();
        for (const Racer& racer : all) {
            EXPECT_EQ(1, racer.completions);
            EXPECT_FALSE(racer.broken);
        }
        EXPECT_EQ(threads_before, threads());
    }
    for (const auto& count : outcomes) // otherwise it was no race
        EXPECT_GT(count, 0);
#if !defined(__SANITIZE_THREAD__) // which keeps what it has seen
    EXPECT_FALSE(is_mapped(GetParam()));
#endif
}

INSTANTIATE_TEST_SUITE_P(Tier, Race, testing::Values(DELAY_ECHO, DELAY_POLL), [](const auto& tier) {
    return std::string(tier.index == 0 ? "Blocking" : "Poller");
});

} // namespace
} // namespace module_hpp_tests
