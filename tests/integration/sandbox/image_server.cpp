#include "image_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

namespace sandbox_test {

ImageServer::ImageServer(std::map<std::string, std::string> answers) : answers_(std::move(answers)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address); // what the socket functions take
    if (bind(listener_, generic, length) != 0 || listen(listener_, 64) != 0
        || getsockname(listener_, generic, &length) != 0) {
        throw std::runtime_error("the image server cannot listen");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

ImageServer::~ImageServer() {
    stopping_ = true;
    shutdown(listener_, SHUT_RDWR); // wakes the accept
    thread_.join();
    close(listener_);
}

std::string ImageServer::url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
}

void ImageServer::serve() {
    std::vector<int> held;
    for (;;) {
        const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (stopping_) {
            close(connection);
            break;
        }
        if (connection >= 0) {
            answer(connection);
            held.push_back(connection);
        }
    }
    for (const int connection : held) {
        close(connection);
    }
}

void ImageServer::answer(int connection) const {
    std::string request;
    std::array<char, 4096> buffer;
    while (request.find("\r\n\r\n") == std::string::npos) {
        const ssize_t count = recv(connection, buffer.data(), buffer.size(), 0);
        if (count <= 0) {
            return;
        }
        request.append(buffer.data(), static_cast<std::size_t>(count));
    }
    const std::size_t begin = request.find(' ') + 1;
    const std::string path = request.substr(begin, request.find(' ', begin) - begin);
    if (path == "/hang") {
        return; // held open until the server ends
    }
    const auto found = answers_.find(path);
    const std::string text = found == answers_.end()
                                 ? "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                                 : found->second;
    std::size_t sent = 0;
    while (sent < text.size()) {
        const ssize_t count = send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (count <= 0) {
            break;
        }
        sent += static_cast<std::size_t>(count);
    }
    shutdown(connection, SHUT_WR);
}

std::string ok_answer(const std::string& body, const std::string& content_type) {
    return "HTTP/1.1 200 OK\r\nContent-Type: " + content_type
           + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

std::string redirect_answer(const std::string& location) {
    return "HTTP/1.1 302 Found\r\nLocation: " + location
           + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
}

} // namespace sandbox_test
