#include "image_server.hpp"

#include <utility>

namespace sandbox_test {
namespace {

using test_support::Reply;

Reply reply_with(std::string bytes) {
    Reply reply;
    reply.raw = std::move(bytes);
    reply.then = Reply::Then::close;
    return reply;
}

} // namespace

ImageServer::ImageServer(std::map<std::string, std::string> answers)
    : server_([answers = std::move(answers)](const test_support::Request& request) {
          if (request.target == "/hang")
              return test_support::no_reply(test_support::Reply::Then::fall_silent);
          const auto found = answers.find(request.target);
          return found != answers.end() ? reply_with(found->second) : test_support::json_reply(404, "{}");
      }) {}

std::string ok_answer(const std::string& body, const std::string& content_type) {
    return "HTTP/1.1 200 OK\r\nContent-Type: " + content_type
           + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

std::string redirect_answer(const std::string& location) {
    return "HTTP/1.1 302 Found\r\nLocation: " + location
           + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
}

} // namespace sandbox_test
