#include "polling/poll_plan.hpp"

#include <algorithm>
#include <cmath>

namespace job_engine {
namespace {

// What a request is worth, as a fraction of the duration still expected in all.
constexpr double request_worth = 0.0031;

// Finer than the buckets where many jobs end, and where the buckets are long for the longest wait. The nodes
// that all ends together get, and the most of these in one bucket.
constexpr double nodes_for_ends = 160;
constexpr double nodes_per_bucket = 8;

constexpr double jitter_share = 0.3; // of the wait after the next look

// "Nothing ends before": known from enough runs, with so many ends at most.
constexpr double ends_in_dead_zone = 0.02;

// The survival is taken as linear between edges.
std::vector<PlanNode> make_nodes(const JobLifeTable& table) {
    const auto edges = JobLifeTable::edges();
    std::vector<PlanNode> nodes;
    nodes.reserve(2 * JobLifeTable::buckets);
    for (std::size_t i = 0; i < JobLifeTable::buckets; ++i) {
        const auto from = table.survival(i);
        const auto to = table.survival(i + 1);
        const auto for_ends = std::min(std::ceil((from - to) * nodes_for_ends), nodes_per_bucket);
        const auto for_gaps = std::ceil(3 * (edges[i + 1] - edges[i]) / greatest_gap(edges[i]));
        const auto parts = i == 0 ? 1 : static_cast<int>(std::max({for_ends, for_gaps, 1.0}));
        for (int k = 0; k < parts; ++k) {
            const auto part = static_cast<double>(k) / parts;
            PlanNode node;
            node.age = std::lerp(edges[i], edges[i + 1], part);
            node.survival = std::lerp(from, to, part);
            nodes.push_back(node);
        }
    }
    PlanNode end;
    end.age = edges[JobLifeTable::buckets];
    end.survival = table.survival(JobLifeTable::buckets);
    nodes.push_back(end);
    return nodes;
}

} // namespace

double min_gap(double age) noexcept {
    return std::max(std::clamp(age, 0.02, 0.1), std::min(0.01 * age, 5.0));
}

double greatest_gap(double age) noexcept {
    return std::clamp(age / 40, 5.0, 15.0);
}

// With S the survival and M(t) the integral of age over the ends after t, waiting from t to u costs
//     u (S(t) - S(u)) - (M(t) - M(u)) + G(u)  =  line(u) + u S(t) - M(t),
// G being the cost of all that follows. Everything is of the size u S(t), so nothing is lost to rounding
// however few jobs come so far. The cost fulfils the quadrangle inequality, and the bounds keep it as they
// grow with t: the best u grows with t too, so a search ends at that of the node after.
void plan_polls(std::span<PlanNode> nodes) noexcept {
    if (nodes.empty())
        return;
    auto after = nodes.size() - 1;
    nodes[after].next = after;
    nodes[after].line = nodes[after].ends_after - nodes[after].age * nodes[after].survival;
    for (auto i = after; i-- > 0;) {
        auto& node = nodes[i];
        const auto last = std::max(node.earliest, std::min(node.latest, after));
        auto best = node.earliest;
        auto least = nodes[best].line + nodes[best].age * node.survival;
        for (auto k = best + 1; k <= last; ++k) {
            const auto cost = nodes[k].line + nodes[k].age * node.survival;
            if (cost < least) {
                least = cost;
                best = k;
            }
        }
        node.next = after = best;
        const auto cost_from_here = node.poll_cost + least - node.ends_after;
        node.line = node.ends_after - node.age * node.survival + cost_from_here;
    }
}

PollPlan::PollPlan(const JobLifeTable& table) {
    auto nodes = make_nodes(table);
    const auto last = nodes.size() - 1;
    nodes[last].ends_after = nodes[last].age * nodes[last].survival;
    for (auto i = last; i-- > 0;) {
        const auto ends = nodes[i].survival - nodes[i + 1].survival;
        nodes[i].ends_after = nodes[i + 1].ends_after + ends * (nodes[i].age + nodes[i + 1].age) / 2;
        nodes[i].poll_cost = request_worth * nodes[i].ends_after;
    }
    const auto edges = JobLifeTable::edges();
    std::size_t earliest = 0, latest = 0, quiet = 0, known = 0;
    for (std::size_t i = 0; i < last; ++i) {
        const auto& node = nodes[i];
        for (earliest = std::max(earliest, i + 1);
             earliest < last && nodes[earliest].age < node.age + min_gap(node.age);)
            ++earliest;
        for (quiet = std::max(quiet, i);
             quiet < last && nodes[quiet + 1].survival >= node.survival * (1 - ends_in_dead_zone);)
            ++quiet;
        for (known = std::max(known, JobLifeTable::bucket_of(node.age));
             known < JobLifeTable::buckets && table.exposure(known) >= JobLifeTable::runs_that_know;)
            ++known;
        const auto quiet_until = std::min(nodes[quiet].age, edges[known]);
        const auto until = std::max(node.age + greatest_gap(node.age),
                                    std::min(node.age + max_wait, quiet_until + greatest_gap(quiet_until)));
        for (latest = std::max(latest, earliest); latest < last && nodes[latest + 1].age <= until;)
            ++latest;
        nodes[i].earliest = earliest;
        nodes[i].latest = latest;
    }
    nodes[last].earliest = nodes[last].latest = last;
    plan_polls(nodes);
    nodes_.reserve(nodes.size());
    for (const auto& node : nodes)
        nodes_.push_back({node.age, node.survival, node.line, static_cast<std::uint32_t>(node.latest),
                          static_cast<std::uint32_t>(node.next)});
}

std::size_t PollPlan::node_at(double age) const noexcept {
    const auto above = std::upper_bound(nodes_.begin(), nodes_.end(), age,
                                        [](double wanted, const Node& node) { return wanted < node.age; });
    return static_cast<std::size_t>(std::max<std::ptrdiff_t>(std::distance(nodes_.begin(), above), 1)) - 1;
}

double PollPlan::next_poll(double last_poll, double jitter) const noexcept {
    const auto i = node_at(last_poll);
    if (i + 1 >= nodes_.size() || nodes_[i].next + 1 >= nodes_.size())
        return last_poll + greatest_gap(last_poll) * (1 - jitter_share * jitter);
    // Between two nodes the best next look is not between theirs where it leaps: so it is searched again.
    const auto& node = nodes_[i];
    const auto part = (last_poll - node.age) / (nodes_[i + 1].age - node.age);
    const auto survival = std::lerp(node.survival, nodes_[i + 1].survival, part);
    std::size_t best = node.next;
    for (auto k = best + 1; k <= nodes_[i + 1].next; ++k)
        if (nodes_[k].line + nodes_[k].age * survival < nodes_[best].line + nodes_[best].age * survival)
            best = k;
    const auto& look = nodes_[best];
    const auto spread = jitter_share * jitter * (nodes_[look.next].age - look.age);
    const auto longest = std::max(greatest_gap(last_poll), nodes_[node.latest].age - node.age);
    const auto wait = std::min(look.age + spread - last_poll, longest);
    return last_poll + std::max(wait, min_gap(last_poll));
}

} // namespace job_engine
