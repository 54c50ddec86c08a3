#pragma once

#include <scripted_server.hpp>
#include <string>
#include <vector>

namespace faults {

using test_support::json_reply;
using test_support::Reply;
using test_support::Request;

enum class Where { submit, poll, cancel };

inline constexpr const char* true_video = "https://videos.example/true.mp4";
inline constexpr const char* key_placeholder = "secret-key-@@@@"; // in a reply: the request's own key

// One reply that a service should not give, or that must do no harm.
struct HostileCase {
    enum class End {
        error, // and never a success
        video, // an oddity that changes nothing: the true video
        either // an error or the true video
    };

    std::string name;
    Where where = Where::submit;
    Reply reply;
    End end = End::error;
    bool denies_the_job = false; // the reply says that there is none, so it may be told as not charged
    bool is_large = false;       // measured alone, for its memory
};

using HostileCases = std::vector<HostileCase>;

// The body that the request at this place should get.
std::string good_body(Where where);
int good_status(Where where);
const char* name_of(Where where);

// How replies are cut, framed and sent.
void add_framing(HostileCases& cases);
void add_cuts(HostileCases& cases);
void add_large_bodies(HostileCases& cases);
// What they say.
void add_json_texts(HostileCases& cases);
void add_wrong_types(HostileCases& cases);
void add_videos(HostileCases& cases);
void add_words_and_names(HostileCases& cases);
void add_status_codes(HostileCases& cases);
// Where they lead: `elsewhere` is another origin, "127.0.0.1:4712".
void add_lures(HostileCases& cases, const std::string& elsewhere);

} // namespace faults
