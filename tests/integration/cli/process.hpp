#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

// One workflow-node process with its outputs. What still runs at the end is killed.
class Process {
public:
    enum class Stdout { captured, closed, full, none }; // none: there is no such descriptor
    struct Options {
        std::map<std::string, std::string> environment; // on top of the defaults; "" removes one
        std::string input;                              // of stdin
        bool terminal = false;                          // stderr, and what Ctrl-C comes from, is a terminal
        unsigned short columns = 80;
        Stdout standard_output = Stdout::captured;
        int ignored_signal = 0;        // the process starts with it ignored, as by nohup; 0: none
        bool no_file_may_grow = false; // as on a full disk
        bool watch_heap = false;
        unsigned long max_file = 0; // bytes that a file may grow to, as on a nearly full one; 0: any
    };

    explicit Process(const std::vector<std::string>& arguments) : Process(arguments, Options()) {}
    Process(const std::vector<std::string>& arguments, const Options& options);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    // Reads until stderr holds the text. False: the process ended, or a minute went by, without it.
    bool wait_for_stderr(const std::string& text);
    bool wait_for_stdout(const std::string& text);
    void send(int signal) const;
    bool running() const;                     // also waits a moment, and is false once it has ended
    void type(const std::string& keys) const; // with Options::terminal

    // Waits for the end: the exit code, or minus the signal that killed it.
    int wait();

    // With Options::watch_heap: the largest it was when some output of it came.
    long max_heap_kib() const { return max_heap_kib_; }

    const std::string& out() const { return out_; }
    const std::string& err() const { return err_; }

private:
    bool read_some(); // false: both are at their end, or time is up

    pid_t pid_ = -1;
    int out_fd_ = -1;
    int err_fd_ = -1;
    int extra_fd_ = -1; // keeps a full pipe open
    long long deadline_ms_;
    bool watch_heap_;
    long max_heap_kib_ = 0;
    std::string out_;
    std::string err_;
};

struct Outcome {
    int exit_code;
    std::string out;
    std::string err;
};

// Runs it to its end.
Outcome workflow_node(const std::vector<std::string>& arguments, const Process::Options& options = {});

// A directory that is removed at the end.
class TemporaryDirectory {
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    std::string file(const std::string& name) const { return path_ + "/" + name; }
    std::vector<std::string> names() const; // sorted

private:
    std::string path_;
};

std::string read_text(const std::string& path);
void write_text(const std::string& path, const std::string& text);
std::vector<std::string> lines_of(const std::string& text);
