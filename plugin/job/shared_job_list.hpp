#pragma once

#include "api/connection.hpp"
#include "base/time.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace job_engine {

// What one walk through an API's list of jobs has shown. Immutable once it is shared.
struct JobListing {
    enum class End {
        whole,    // all of it was read
        left,     // its reader has found what it looked for
        early,    // only its beginning was read, before the list could tell that there is no job
        torn,     // what lies between two pages was not read: jobs have moved
        too_long, // it goes on where nobody may ask, or beyond what is read
        failed,   // not now
        refused   // the list does not tell: why
    };
    TimePoint began{}; // asked for at this moment or later
    End end = End::whole;
    std::size_t items = 0;
    std::unordered_map<std::string, std::string> ids; // of jobs, by their run's marker
    std::string why;                                  // a clause
    TimePoint not_before{};                           // failed: when to ask again
    int unreadable = 0;                               // failed: so many replies in a row were no list
};

// One list of jobs. Of thousands of runs that look for their jobs in it, because one outage has cut off their
// submits, one at a time walks through it, and all learn what it has read. Thread-safe.
class SharedJobList {
public:
    // nullptr: there was no walk.
    std::shared_ptr<const JobListing> last() const;

    // The right to walk, as long as it is held; nullptr: another run has it.
    std::shared_ptr<const void> begin_walk();
    // The walk's end.
    void share(JobListing listing);

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const JobListing> last_;
    std::weak_ptr<const void> walk_;
};

// A digest of where a submit's marker shows: the account, what is submitted where, and the list. On the word
// of another list nothing is paid for once more. Needs a Binding::find.
std::string list_scope(const Connection& connection);

// The lists of one service, each as long as runs look into it. Thread-safe.
class SharedJobLists {
public:
    // Of the connection's Binding::find. Never null.
    std::shared_ptr<SharedJobList> of(const Connection& connection);

private:
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<SharedJobList>> lists_;
};

} // namespace job_engine
