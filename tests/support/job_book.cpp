#include "job_book.hpp"

namespace test_support {

std::string Job::video() const {
    return "https://videos.example/" + id + ".mp4";
}

Job& JobBook::take(const std::string& key, const std::string& prompt) {
    if (knows_key(key))
        return jobs_[of_key_.at(key)];
    const auto place = jobs_.size();
    auto& job = jobs_.emplace_back();
    job.id = "job-" + std::to_string(place + 1);
    job.key = key;
    job.prompt = prompt;
    of_id_[job.id] = place;
    if (honours_keys_ && !key.empty())
        of_key_[key] = place;
    return job;
}

Job* JobBook::find(const std::string& id) {
    const auto found = of_id_.find(id);
    return found != of_id_.end() ? &jobs_[found->second] : nullptr;
}

bool JobBook::knows_key(const std::string& key) const {
    return of_key_.contains(key);
}

} // namespace test_support
