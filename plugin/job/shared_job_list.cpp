#include "job/shared_job_list.hpp"

#include "api/request.hpp"
#include "base/sha256.hpp"
#include "job/api_service.hpp"

#include <boost/json/serialize.hpp>

#include <utility>

namespace job_engine {
namespace {

void append(std::string& text, const HttpRequest& request) {
    text.append(request.method).append(" ").append(request.target).append("\n");
    for (const auto& [name, value] : request.headers)
        text.append(name).append(": ").append(value).append("\n");
    text.append(request.body).append("\n");
}

// Connections with equal ones read the same of the same list.
std::string list_key(const Connection& connection) {
    const auto& binding = *connection.binding;
    const auto& list = *binding.find;
    std::string key;
    append(key, job_request(list.request, binding, connection.base_path + list.request.path, {}));
    key += list.items;
    for (const auto* pointers : {&list.marker, &list.id, &list.next}) {
        key += '\n';
        for (const auto& pointer : *pointers)
            key.append(pointer).append("\t");
    }
    return key;
}

} // namespace

std::string list_scope(const Connection& connection) {
    const auto& binding = *connection.binding;
    auto text = account_key(connection) + list_key(connection);
    HttpRequest submit; // the same for all inputs
    submit.method = binding.submit.method;
    submit.target = connection.base_path + binding.submit.path;
    submit.headers = binding.headers;
    submit.headers.insert(submit.headers.end(), binding.submit.headers.begin(), binding.submit.headers.end());
    submit.body = boost::json::serialize(binding.submit.body);
    append(text, submit);
    return sha256_hex(text);
}

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
