// What the poll schedule costs and yields, on simulated jobs: no sockets, no clock, the same figures each
// time.
#include "polling/job_durations.hpp"
#include "polling/poll_schedule.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <string>
#include <vector>

namespace job_engine {
namespace {

constexpr double one_way = 0.005; // network delay, s

using Random = std::mt19937_64;

struct Workload {
    std::string name;
    std::function<double(Random&, std::size_t)> duration; // s, of the job with this number
    std::function<double(double)> survival;               // empty: known exactly, one look suffices
};

double uniform(Random& random, double from, double to) {
    return std::uniform_real_distribution<double>(from, to)(random);
}

double normal_survival(double z) {
    return 0.5 * std::erfc(z / std::sqrt(2.0));
}

double drifting_mean(std::size_t job) {
    return 20 + 20 * std::min(1.0, static_cast<double>(job) / 1000);
}

double uniform_survival(double age, double from, double to) {
    return std::clamp((to - age) / (to - from), 0.0, 1.0);
}

std::vector<Workload> workloads() {
    return {
        {"uniform 15-25 s", [](Random& random, std::size_t) { return uniform(random, 15, 25); },
         [](double age) { return uniform_survival(age, 15, 25); }},
        {"log-normal, median 40 s",
         [](Random& random, std::size_t) {
             return std::lognormal_distribution<double>(std::log(40), 0.5)(random);
         },
         [](double age) { return age <= 0 ? 1.0 : normal_survival(std::log(age / 40) / 0.5); }},
        {"60 % 12 s, 40 % 60 s",
         [](Random& random, std::size_t) {
             const bool is_short = uniform(random, 0, 1) < 0.6;
             return std::max(
                 0.1, std::normal_distribution<double>(is_short ? 12 : 60, is_short ? 1.5 : 8)(random));
         },
         [](double age) {
             return 0.6 * normal_survival((age - 12) / 1.5) + 0.4 * normal_survival((age - 60) / 8);
         }},
        {"drift 20 to 40 s, +-20 %",
         [](Random& random, std::size_t job) { return drifting_mean(job) * uniform(random, 0.8, 1.2); },
         [](double age) { return uniform_survival(age, 24, 36); }},
        {"constant 20 s", [](Random&, std::size_t) { return 20.0; }, {}},
        {"at once (5 ms)", [](Random&, std::size_t) { return 0.005; }, {}},
    };
}

struct Figures {
    double requests = 0; // submits included
    std::vector<double> delays;

    void add(int asked, double delay) {
        requests += asked;
        delays.push_back(delay);
    }
    double mean_requests() const { return requests / static_cast<double>(delays.size()); }
    double mean_delay() const {
        double sum = 0;
        for (const auto delay : delays)
            sum += delay;
        return sum / static_cast<double>(delays.size());
    }
    double percentile_99() {
        const auto place = delays.begin() + static_cast<std::ptrdiff_t>(delays.size() * 99 / 100);
        std::nth_element(delays.begin(), place, delays.end());
        return *place;
    }
};

Millis millis(double seconds) {
    return Millis(std::llround(seconds * 1000));
}

// One job, from the client's side. Its age counts from the reply to the submit.
struct Job {
    double began = 0, ends = 0; // the client's beginning; the server's end
    std::unique_ptr<JobWatch> watch;
    int requests = 1;

    double age(double now) const { return now - began; }
};

// A job whose submit is sent at `now`.
Job submit(double now, double duration) {
    Job job;
    job.began = now + 2 * one_way;
    job.ends = now + one_way + duration;
    return job;
}

// Jobs that know nothing of each other: delay_after(job, now) is that after a reply at `now`.
template <class Delay>
Figures one_by_one(const Workload& workload, Delay delay_after) {
    Random random(1);
    Figures figures;
    for (std::size_t i = 0; i < 20'000; ++i) {
        auto job = submit(0, workload.duration(random, i / 20));
        auto now = job.began;
        do {
            now += delay_after(job, now) + 2 * one_way;
            ++job.requests;
        } while (now - one_way < job.ends);
        figures.add(job.requests, now - job.ends);
    }
    return figures;
}

Figures fixed_intervals(const Workload& workload, double interval) {
    return one_by_one(workload, [=](const Job&, double) { return interval; });
}

Figures exact_eta(const Workload& workload) {
    return one_by_one(workload, [](const Job& job, double now) {
        const auto eta = std::max(0.0, job.ends - (now - one_way)); // as of when the server answered
        return std::chrono::duration<double>(delay_by_eta(millis(job.age(now)), eta)).count();
    });
}

struct Learned {
    Figures first, later;
};

// Runs all jobs, each begun at its moment, on one table.
void run_jobs(const std::shared_ptr<JobDurations>& durations,
              const std::vector<std::pair<double, double>>& moments_and_durations, Random& random,
              Figures& figures) {
    enum class What { wake, reply };
    struct Event {
        double when;
        std::size_t job;
        What what;
        bool operator>(const Event& other) const { return when > other.when; }
    };
    std::priority_queue<Event, std::vector<Event>, std::greater<>> events;
    std::vector<Job> jobs;
    for (const auto& [moment, duration] : moments_and_durations) {
        jobs.push_back(submit(moment, duration));
        jobs.back().watch = std::make_unique<JobWatch>(durations);
        events.push({jobs.back().began, jobs.size() - 1, What::wake});
    }
    while (!events.empty()) {
        const auto [now, index, what] = events.top();
        events.pop();
        auto& job = jobs[index];
        const auto age = millis(job.age(now));
        if (what == What::reply) {
            if (now - one_way >= job.ends) {
                job.watch->observe_done(age);
                job.watch.reset();
                figures.add(job.requests, now - job.ends);
                continue;
            }
            job.watch->observe_running(age);
        }
        const auto [delay, ask] = job.watch->next_poll(age, uniform(random, 0, 1));
        const auto then = now + std::chrono::duration<double>(delay).count();
        if (ask) {
            ++job.requests;
            events.push({then + 2 * one_way, index, What::reply});
        } else {
            events.push({then, index, What::wake});
        }
    }
}

// A wave of jobs submitted in the same instant, as the first of their kind, and 10 000 more when those are
// done.
Learned in_waves(const Workload& workload, std::size_t first) {
    Learned learned;
    for (unsigned seed = 0; seed < 5; ++seed) {
        Random random(seed);
        const auto durations = std::make_shared<JobDurations>();
        const auto wave = [&](std::size_t size, std::size_t number, Figures& figures) {
            std::vector<std::pair<double, double>> jobs;
            for (std::size_t i = 0; i < size; ++i)
                jobs.emplace_back(0.0, workload.duration(random, number));
            run_jobs(durations, jobs, random, figures);
        };
        wave(first, 0, learned.first);
        wave(10'000, 100, learned.later);
    }
    return learned;
}

Learned in_sequence(const Workload& workload) {
    Learned learned;
    for (unsigned seed = 0; seed < 30; ++seed) {
        Random random(seed);
        const auto durations = std::make_shared<JobDurations>();
        for (std::size_t i = 0; i < 1000; ++i)
            run_jobs(durations, {{0.0, workload.duration(random, i)}}, random,
                     i < 100 ? learned.first : learned.later);
    }
    return learned;
}

// The least requests with which anybody who knows the distribution, but not the single job's duration, has
// this mean delay: dynamic programming over fine steps, with the worth of a request that leads to it.
double best_requests(const Workload& workload, double delay) {
    if (!workload.survival)
        return 2;
    constexpr std::size_t steps = 6'000;
    constexpr double begin = 2, end = 300;
    std::vector<PlanNode> nodes(steps + 1);
    const auto best = [&](double worth) {
        for (auto i = steps + 1; i-- > 0;) {
            auto& node = nodes[i];
            node.age = i == 0 ? 0 : begin * std::pow(end / begin, static_cast<double>(i) / steps);
            node.survival = workload.survival(node.age);
            node.earliest = std::min(i + 1, steps);
            node.latest = steps;
            node.poll_cost = worth * node.survival;
            node.ends_after = i == steps ? node.age * node.survival
                                         : nodes[i + 1].ends_after
                                               + (node.survival - nodes[i + 1].survival)
                                                     * (node.age + nodes[i + 1].age) / 2;
        }
        plan_polls(nodes);
        std::pair<double, double> requests_and_delay{1, one_way};
        for (std::size_t i = 0; i < steps; i = nodes[i].next) {
            const auto& next = nodes[nodes[i].next];
            requests_and_delay.first += nodes[i].survival;
            requests_and_delay.second +=
                next.age * (nodes[i].survival - next.survival) - (nodes[i].ends_after - next.ends_after);
        }
        return requests_and_delay;
    };
    double low = 1e-4, high = 100; // worth: a greater one means more delay
    for (int i = 0; i < 40; ++i) {
        const auto middle = std::sqrt(low * high);
        (best(middle).second < delay ? low : high) = middle;
    }
    return best(low).first;
}

void print_row(const Workload& workload, const char* how, Figures figures) {
    std::printf("| %-24s | %-11s | %6.2f | %6.3f | %6.3f | %6.2f |\n", workload.name.c_str(), how,
                figures.mean_requests(), figures.mean_delay(), figures.percentile_99(),
                best_requests(workload, figures.mean_delay()));
}

// Who has an ETA is not bound by what the distribution allows.
void print_row_of_eta(const Workload& workload, Figures figures) {
    std::printf("| %-24s | %-11s | %6.2f | %6.3f | %6.3f | %6s |\n", workload.name.c_str(), "exact ETA",
                figures.mean_requests(), figures.mean_delay(), figures.percentile_99(), "-");
}

void print_cost() {
    Random random(3);
    JobLifeTable table;
    for (int i = 0; i < 100; ++i) {
        table.observe_running(Millis(0), Millis(15'000));
        table.observe_done(Millis(15'000), millis(uniform(random, 15, 25)));
        table.refresh();
    }
    const auto micros = [](auto&& work) {
        constexpr int times = 500;
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < times; ++i)
            work();
        return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count()
               / times;
    };
    double sink = 0;
    const auto plan = micros([&] { sink += PollPlan(table).next_poll(0, 0); });
    const auto estimate = micros([&] { table.refresh(); });
    const PollPlan ready(table);
    const auto ask = micros([&] { sink += ready.next_poll(uniform(random, 10, 25), 0.5); });
    const auto note = micros([&] { table.observe_running(Millis(0), Millis(16'000)); });
    std::printf("\nEstimate %.0f us, plan %.0f us, one answer %.2f us, one note %.2f us%s\n", estimate, plan,
                ask, note, sink < 0 ? "!" : "");
}

} // namespace
} // namespace job_engine

// req.: requests per job, the submit included. bound: the least requests with which anybody who knows the
// distribution, but not the single job, has the same mean delay; of the drift for its middle.
int main() {
    using namespace job_engine;
    std::puts("| jobs                     | schedule    | req.   | mean s | p99 s  | bound  |");
    std::puts("| ------------------------ | ----------- | ------ | ------ | ------ | ------ |");
    for (const auto& workload : workloads()) {
        for (const auto interval : {0.5, 2.0, 5.0, 6.0}) {
            char name[16];
            std::snprintf(name, sizeof name, "every %.1f s", interval);
            print_row(workload, name, fixed_intervals(workload, interval));
        }
        print_row_of_eta(workload, exact_eta(workload));
        const auto waves = in_waves(workload, 10'000);
        print_row(workload, "cold 10 000", waves.first);
        print_row(workload, "10 000 more", waves.later);
        print_row(workload, "after 100", in_waves(workload, 100).later);
        const auto learned = in_sequence(workload);
        print_row(workload, "first 100", learned.first);
        print_row(workload, "101 to 1000", learned.later);
    }
    print_cost();
}
