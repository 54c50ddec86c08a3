#include "http/resolver.hpp"

#include "base/background_thread.hpp"

#include <dlfcn.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

namespace job_engine {
namespace {

using boost::asio::ip::address;

// NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): the socket API's own idiom
std::vector<address> addresses_in(const addrinfo* list) {
    std::vector<address> addresses;
    for (const auto* entry = list; entry != nullptr; entry = entry->ai_next) {
        if (entry->ai_family == AF_INET) {
            const auto* v4 = reinterpret_cast<const sockaddr_in*>(entry->ai_addr);
            addresses.emplace_back(boost::asio::ip::address_v4(ntohl(v4->sin_addr.s_addr)));
        } else if (entry->ai_family == AF_INET6) {
            const auto* v6 = reinterpret_cast<const sockaddr_in6*>(entry->ai_addr);
            boost::asio::ip::address_v6::bytes_type bytes{};
            std::memcpy(bytes.data(), &v6->sin6_addr, bytes.size());
            addresses.emplace_back(boost::asio::ip::address_v6(bytes, v6->sin6_scope_id));
        }
    }
    return addresses;
}

void pin_module() {
    Dl_info info{};
    if (::dladdr(reinterpret_cast<const void*>(&pin_module), &info) != 0 && info.dli_fname != nullptr)
        ::dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}
// NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)

} // namespace

Resolver::Resolver() : shared_(std::make_shared<Shared>()) {}

Resolver::~Resolver() {
    std::unique_lock lock(shared_->mutex);
    for (auto& [host, running] : shared_->running) {
        const std::lock_guard inner(running.lookup->mutex);
        running.lookup->waiters.clear();
    }
    shared_->ended_one.wait_for(lock, std::chrono::seconds(2), [&] { return shared_->running.empty(); });
    if (!shared_->running.empty())
        pin_module();
    for (auto& [host, running] : shared_->running)
        running.thread.detach();
    for (auto& thread : shared_->ended)
        thread.join();
}

std::shared_ptr<Lookup> Resolver::look_up(const std::string& host, const std::shared_ptr<Wakeup>& waiter) {
    const std::lock_guard lock(shared_->mutex);
    for (auto& thread : shared_->ended)
        thread.join();
    shared_->ended.clear();

    auto& running = shared_->running[host];
    if (running.lookup == nullptr) {
        auto lookup = std::make_shared<Lookup>();
        try {
            running.thread =
                background_thread([shared = shared_, host, lookup] { run(shared, host, *lookup); });
        } catch (...) {
            shared_->running.erase(host);
            throw;
        }
        running.lookup = std::move(lookup);
    }
    const std::lock_guard inner(running.lookup->mutex);
    if (running.lookup->done)
        waiter->fire();
    else
        running.lookup->waiters.push_back(waiter);
    return running.lookup;
}

void Resolver::forget(Lookup& lookup, const std::shared_ptr<Wakeup>& waiter) {
    const std::lock_guard lock(lookup.mutex);
    std::erase(lookup.waiters, waiter);
}

void Resolver::run(const std::shared_ptr<Shared>& shared, const std::string& host, Lookup& lookup) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    int status = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
    if (status == EAI_NONAME || status == EAI_ADDRFAMILY) {
        hints.ai_flags = 0; // a machine without a network still knows localhost
        status = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
    }
    {
        const std::lock_guard lock(lookup.mutex);
        if (status == 0)
            lookup.addresses = addresses_in(list);
        else
            lookup.failure = ::gai_strerror(status);
        lookup.done = true;
        for (const auto& waiter : lookup.waiters)
            waiter->fire();
        lookup.waiters.clear();
    }
    if (list != nullptr)
        ::freeaddrinfo(list);
    const std::lock_guard lock(shared->mutex);
    const auto self = shared->running.find(host);
    if (self == shared->running.end())
        return;
    if (self->second.thread.joinable())
        shared->ended.push_back(std::move(self->second.thread));
    shared->running.erase(self);
    shared->ended_one.notify_all();
}

} // namespace job_engine
