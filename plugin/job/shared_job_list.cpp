#include "job/shared_job_list.hpp"

#include <utility>

namespace job_engine {
namespace {

// Connections with equal ones read the same of the same list.
std::string list_key(const Connection& connection) {
    const auto& list = *connection.binding->find;
    auto key = connection.base_path + list.request.path + '\n' + list.items;
    for (const auto* pointers : {&list.marker, &list.id, &list.next}) {
        key += '\n';
        for (const auto& pointer : *pointers)
            key += pointer + '\t';
    }
    for (const auto& [name, value] : list.request.headers)
        key += '\n' + name + ": " + value;
    return key;
}

} // namespace

std::shared_ptr<const JobListing> SharedJobList::last() const {
    const std::lock_guard lock(mutex_);
    return last_;
}

std::shared_ptr<const void> SharedJobList::begin_walk() {
    const std::lock_guard lock(mutex_);
    if (!walk_.expired())
        return nullptr;
    const auto walk = std::make_shared<const char>();
    walk_ = walk;
    return walk;
}

void SharedJobList::share(JobListing listing) {
    auto shared = std::make_shared<const JobListing>(std::move(listing));
    const std::lock_guard lock(mutex_);
    std::swap(last_, shared); // what is replaced may be large: it ends outside of the lock
    unreadable_ = 0;
}

int SharedJobList::count_unreadable() {
    const std::lock_guard lock(mutex_);
    return ++unreadable_;
}

std::shared_ptr<SharedJobList> SharedJobLists::of(const Connection& connection) {
    const std::lock_guard lock(mutex_);
    auto& known = lists_[list_key(connection)];
    auto list = known.lock();
    if (list == nullptr) {
        list = std::make_shared<SharedJobList>();
        known = list;
        std::erase_if(lists_, [](const auto& each) { return each.second.expired(); });
    }
    return list;
}

} // namespace job_engine
