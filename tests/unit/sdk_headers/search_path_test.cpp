#include <workflow_node/search_path.hpp>

#include <gtest/gtest.h>

#include <fstream>

namespace {

namespace fs = std::filesystem;

class SearchPath : public testing::Test {
protected:
    SearchPath() {
        const auto folder = (fs::temp_directory_path() / "search_path_XXXXXX").string();
        std::vector<char> name(folder.begin(), folder.end());
        name.push_back('\0');
        root_ = mkdtemp(name.data());
    }
    ~SearchPath() override {
        unsetenv(WFN_PATH_VARIABLE);
        setenv("HOME", home_.c_str(), 1);
        fs::remove_all(root_);
    }

    fs::path add(const std::string& file) const {
        fs::create_directories((root_ / file).parent_path());
        std::ofstream(root_ / file) << "a module";
        for (fs::path path = root_ / file; path != root_; path = path.parent_path()) // whatever the umask
            fs::permissions(path, fs::perms::group_write | fs::perms::others_write, fs::perm_options::remove);
        return root_ / file;
    }
    void look_in(const std::vector<std::string>& folders) const {
        std::string path;
        for (const auto& folder : folders)
            path += (path.empty() ? "" : ":") + (root_ / folder).string();
        setenv(WFN_PATH_VARIABLE, path.c_str(), 1);
        setenv("HOME", (root_ / "home").c_str(), 1);
    }

    const std::string home_ = std::getenv("HOME") != nullptr ? std::getenv("HOME") : "/";
    fs::path root_;
};

TEST_F(SearchPath, TheFirstOfAName) {
    const auto first = add("a/foo.so");
    add("b/foo.so");
    const auto other = add("b/bar.so");
    add("b/notes.txt");
    look_in({"nowhere", "a", "b"});
    EXPECT_EQ(wfn::find_module("foo"), first);
    EXPECT_EQ(wfn::find_module("foo.so"), first);
    EXPECT_EQ(wfn::find_module("bar"), other);
    EXPECT_FALSE(wfn::find_module("notes"));
    EXPECT_FALSE(wfn::find_module("b/foo"));
}

TEST_F(SearchPath, TheDefaultFoldersComeLast) {
    look_in({"a"});
    const auto folders = wfn::module_folders();
    ASSERT_EQ(folders.size(), 4U);
    EXPECT_EQ(folders[0], root_ / "a");
    EXPECT_EQ(folders[1], root_ / "home/.local/lib/workflow_node");
    const auto mine = add("home/.local/lib/workflow_node/mine.so");
    EXPECT_EQ(wfn::find_module("mine"), mine);
}

TEST_F(SearchPath, WhatOthersMayWriteIsPassedOver) {
    const auto module = add("a/b/foo.so");
    look_in({"a/b"});
    for (const auto& path : {module, root_ / "a/b", root_ / "a"})
        for (const auto right : {fs::perms::group_write, fs::perms::others_write}) {
            EXPECT_EQ(wfn::find_module("foo"), module);
            EXPECT_TRUE(wfn::distrusted_folders().empty());
            fs::permissions(path, right, fs::perm_options::add);
            EXPECT_FALSE(wfn::find_module("foo")) << path;
            EXPECT_EQ(wfn::distrusted_folders().empty(), path == module);
            fs::permissions(path, right, fs::perm_options::remove);
        }
}

TEST_F(SearchPath, ALinkIsTrustedLikeWhatItLeadsTo) {
    const auto module = add("a/foo.so");
    fs::create_directory(root_ / "links");
    fs::permissions(root_ / "links", fs::perms::owner_all);
    fs::create_symlink(module, root_ / "links/bar.so");
    look_in({"links"});
    EXPECT_TRUE(wfn::find_module("bar"));
    fs::permissions(root_ / "a", fs::perms::others_write, fs::perm_options::add);
    EXPECT_FALSE(wfn::find_module("bar"));
}

TEST_F(SearchPath, ARelativeFolderIsLeftOut) {
    setenv(WFN_PATH_VARIABLE, "modules::./more", 1);
    EXPECT_EQ(wfn::module_folders().front().string().front(), '/');
}

} // namespace
