#include "polling/job_life_table.hpp"

#include <algorithm>
#include <cmath>

namespace job_engine {
namespace {

constexpr auto buckets = JobLifeTable::buckets;

// So many runs are remembered per bucket: a drift is followed within as many jobs. Of runs at once more,
// as far as they are a good part of all at once: the last to end do not speak for all. That wears off.
constexpr double min_memory = 100;
constexpr double greatest_memory = 2000;
constexpr double part_of_runs_at_once = 0.5;
constexpr double memory_kept = 1 - 1 / greatest_memory; // at each end

// A bucket's hazard is shrunk towards that of its neighbourhood, and this towards a wider one's, up to the
// prior's: the fewer the observations, the wider what decides. Weights are in runs.
struct Level {
    std::size_t half_width;
    double weight;
};
constexpr Level levels[] = {{24, 1.0}, {8, 4.0}, {3, 8.0}, {1, 8.0}, {0, 8.0}};

// A job that a first look so early finds done counts as done at once: most of the time was the network's, and
// only looks before tell more.
constexpr double at_once_up_to = 0.1; // s

constexpr std::array<double, buckets + 1> make_edges() {
    std::array<double, buckets + 1> edges{};
    edges[0] = 0;
    edges[1] = JobLifeTable::first_edge;
    for (std::size_t i = 2; i <= buckets; ++i)
        edges[i] = edges[i - 1] * JobLifeTable::ratio;
    return edges;
}
constexpr auto edge = make_edges();
static_assert(edge[buckets - 1] < JobLifeTable::last_edge && edge[buckets] >= JobLifeTable::last_edge);

// Before anything is known: jobs take seconds to minutes, and a few, of a cache or a test server, end
// at once.
double prior_survival(double age) noexcept {
    constexpr double at_once = 0.1;
    constexpr double at_once_median = 0.02;
    constexpr double median = 30;
    constexpr double sigma = 1.2;
    if (age <= 0)
        return 1;
    const auto outlives = [&](double middle) {
        return 0.5 * std::erfc(std::log(age / middle) / (sigma * std::sqrt(2.0)));
    };
    return at_once * outlives(at_once_median) + (1 - at_once) * outlives(median);
}

const std::array<float, buckets>& prior_hazard() noexcept {
    static const auto hazards = [] {
        std::array<float, buckets> all{};
        for (std::size_t i = 0; i < buckets; ++i)
            all[i] = static_cast<float>(1 - prior_survival(edge[i + 1]) / prior_survival(edge[i]));
        return all;
    }();
    return hazards;
}

} // namespace

JobLifeTable::JobLifeTable() noexcept : memory_(min_memory) {
    refresh();
}

std::span<const double, buckets + 1> JobLifeTable::edges() noexcept {
    return edge;
}

std::size_t JobLifeTable::bucket_of(double age) noexcept {
    const auto above = std::upper_bound(edge.begin(), edge.end(), age);
    const auto index = static_cast<std::size_t>(std::distance(edge.begin(), above));
    return std::clamp<std::size_t>(index, 1, buckets) - 1;
}

void JobLifeTable::add(std::size_t bucket, double events, double exposure) noexcept {
    const auto passed = exposure_[bucket] + exposure;
    const auto scale = passed > memory_ ? memory_ / passed : 1.0;
    exposure_[bucket] = static_cast<float>(passed * scale);
    events_[bucket] = static_cast<float>((events_[bucket] + events) * scale);
}

// The estimated probability of an end between two ages in one bucket.
double JobLifeTable::mass(double from, double to, std::size_t bucket) const noexcept {
    const auto width = edge[bucket + 1] - edge[bucket];
    return (survival_[bucket] - survival_[bucket + 1]) * (to - from) / width;
}

void JobLifeTable::observe_runs_at_once(std::size_t runs) noexcept {
    memory_ = std::clamp(static_cast<double>(runs) * part_of_runs_at_once, memory_, greatest_memory);
}

void JobLifeTable::observe_running(Millis since, Millis age) noexcept {
    const auto from = in_seconds(since);
    const auto to = in_seconds(age);
    if (to <= from)
        return;
    auto alive_from = 0.0;
    auto alive_to = 0.0;
    const auto last = bucket_of(to);
    for (auto i = bucket_of(from); i <= last; ++i) {
        const auto begin = std::max(from, edge[i]);
        const auto end = std::min(to, edge[i + 1]);
        add(i, 0, (end - begin) / (edge[i + 1] - edge[i]));
        if (edge[i] <= from)
            alive_from = survival_[i] - mass(edge[i], from, i);
        alive_to = survival_[i] - mass(edge[i], end, i);
    }
    pending_ += std::log(std::max(alive_from, 1e-30) / std::max(alive_to, 1e-30));
}

void JobLifeTable::observe_done(Millis since, Millis age) noexcept {
    const auto to = in_seconds(age);
    const auto from = std::min(in_seconds(since), to);
    const auto first = bucket_of(from);
    const auto last = from <= 0 && to <= at_once_up_to ? first : bucket_of(to);
    pending_ += 1;
    memory_ = std::max(min_memory, memory_ * memory_kept);
    if (first == last) {
        add(first, 1, std::min(1.0, (edge[first + 1] - from) / (edge[first + 1] - edge[first])));
        return;
    }
    auto total = 0.0;
    for (auto i = first; i <= last; ++i)
        total += mass(std::max(from, edge[i]), std::min(to, edge[i + 1]), i);
    auto running = 1.0;
    for (auto i = first; i <= last; ++i) {
        const auto begin = std::max(from, edge[i]);
        const auto end = std::min(to, edge[i + 1]);
        const auto ended = total > 0 ? mass(begin, end, i) / total : (end - begin) / (to - from);
        add(i, ended, running * (edge[i + 1] - begin) / (edge[i + 1] - edge[i]));
        running = std::max(0.0, running - ended);
    }
}

bool JobLifeTable::stale() const noexcept {
    return pending_ >= std::max(0.25, 0.1 * std::min(seen_, memory_));
}

void JobLifeTable::refresh() noexcept {
    std::array<double, buckets + 1> events;
    std::array<double, buckets + 1> exposure; // both summed up to an edge
    events[0] = exposure[0] = 0;
    for (std::size_t i = 0; i < buckets; ++i) {
        events[i + 1] = events[i] + events_[i];
        exposure[i + 1] = exposure[i] + exposure_[i];
    }
    auto hazard = prior_hazard();
    for (const auto& [half_width, weight] : levels)
        for (std::size_t i = 0; i < buckets; ++i) {
            const auto begin = i - std::min(i, half_width);
            const auto end = std::min(buckets, i + half_width + 1);
            const auto runs = weight * static_cast<double>(end - begin);
            hazard[i] = static_cast<float>((events[end] - events[begin] + runs * hazard[i])
                                           / (exposure[end] - exposure[begin] + runs));
        }
    // A job may always go on, so that the ages behind the last end known stay part of the plan.
    auto alive = 1.0;
    for (std::size_t i = 0; i < buckets; ++i) {
        survival_[i] = static_cast<float>(alive);
        alive *= 1 - std::clamp<double>(hazard[i], 1e-7, 0.995);
        alive = std::max(alive, 1e-25);
    }
    survival_[buckets] = static_cast<float>(alive);
    seen_ += pending_;
    pending_ = 0;
}

} // namespace job_engine
